import { describe, expect, it } from 'vitest';
import { fullDetailUpdates } from '../../core/limits.ts';
import { reduce } from '../../core/reduce.ts';
import {
  context,
  intakeFact,
  key,
  progressFact,
  sketch,
  start,
  stateFact,
  statusFact,
  take,
  takeEach,
} from '../support/facts.ts';

const running = statusFact('RUNNING');
const succeeded = statusFact('SUCCEEDED', { at: start + 9_000 });
const failed = statusFact('FAILED', { at: start + 9_000 });

describe('order of status facts', () => {
  it('S5: a late RUNNING never moves an ended execution back', () => {
    const { updates } = takeEach([succeeded, running, stateFact('entered', 2, 'Pay')]);
    expect(sketch(updates)).toEqual(['1 SUCCEEDED - []']);
  });

  it('S5: within an attempt the first terminal stays', () => {
    const { updates } = takeEach([running, failed, statusFact('ABORTED')]);
    expect(updates.map((update) => update.status)).toEqual(['RUNNING', 'FAILED']);
  });

  it('S5: PENDING_REDRIVE follows the end of its attempt, and the next attempt follows it', () => {
    const redriven = statusFact('RUNNING', { redriveCount: 1, at: start + 20_000 });
    const { updates } = takeEach([running, failed, statusFact('PENDING_REDRIVE'), redriven]);
    expect(updates.map(({ status, done }) => [status, done])).toEqual([
      ['RUNNING', false],
      ['FAILED', true],
      ['PENDING_REDRIVE', false],
      ['RUNNING', false],
    ]);
  });

  it('S5: a batch is taken in order of position, however it is shuffled', () => {
    const facts = [
      succeeded,
      stateFact('left', 3, 'Pay'),
      progressFact(1, { at: start + 15 }),
      running,
      stateFact('entered', 2, 'Pay'),
    ];
    expect(take([facts]).updates).toEqual(take([[...facts].reverse()]).updates);
    expect(take([facts]).updates.map((update) => update.kind)).toEqual(['status', 'progress', 'state', 'status']);
  });

  it('S5: an assumed end gives way to a real one', () => {
    const assumed = statusFact('TIMED_OUT', { source: 'assumed', errorName: 'Statuswire.EndUnknown' });
    const { updates } = takeEach([running, assumed, succeeded, assumed]);
    expect(updates.map((update) => update.status)).toEqual(['RUNNING', 'TIMED_OUT', 'SUCCEEDED']);
  });
});

describe('attempts', () => {
  it('S6: a state or progress fact implies RUNNING', () => {
    expect(sketch(takeEach([stateFact('entered', 2, 'Pay')]).updates)).toEqual(['1 RUNNING Pay [Pay]']);
    expect(takeEach([progressFact(10)]).updates[0]).toMatchObject({ status: 'RUNNING', kind: 'status' });
  });

  it('S6: a redrive resets progress, error and stop, keeps the state, and continues the log', () => {
    const { updates } = takeEach([
      running,
      stateFact('entered', 2, 'Pay'),
      progressFact(50),
      failed,
      statusFact('RUNNING', { redriveCount: 1, at: start + 20_000 }),
    ]);
    expect(updates.map((update) => update.seq)).toEqual([1, 2, 3, 4, 5]);
    expect(updates[3]).toMatchObject({ status: 'FAILED', error: { name: 'Broken' }, activeStates: [], done: true });
    expect(updates[4]).toMatchObject({
      status: 'RUNNING',
      state: 'Pay',
      progress: null,
      error: null,
      stoppedAt: null,
      redriveCount: 1,
      epoch: updates[0]?.epoch,
    });
  });

  it('S6: a state of the next attempt is enough to begin it', () => {
    const { updates } = takeEach([running, failed, stateFact('entered', 9, 'Pay', { redriveCount: 1 })]);
    expect(updates.at(-1)).toMatchObject({ status: 'RUNNING', redriveCount: 1, error: null, state: 'Pay' });
  });

  it('S7: late facts of an ended attempt append nothing and are counted', () => {
    const { updates, counts } = take([[running], [failed], [stateFact('entered', 2, 'Pay'), progressFact(3)]]);
    expect(updates).toHaveLength(2);
    expect(counts).toMatchObject({ late: 2, news: 0 });
  });

  it('S7: what came late is not shown by a weaker word for an end that is known', () => {
    const record = statusFact('FAILED', { source: 'record', startDate: null, at: start + 1 });
    expect(takeEach([failed, stateFact('entered', 2, 'Pay'), record]).updates).toHaveLength(1);
  });

  it('S7: the end of an attempt that a redrive has left behind changes nothing', () => {
    const redriven = statusFact('RUNNING', { redriveCount: 1, at: start + 20_000 });
    expect(takeEach([running, redriven, failed]).updates.map((update) => update.status)).toEqual([
      'RUNNING',
      'RUNNING',
    ]);
  });
});

describe('appending', () => {
  it('S9: repeated facts and mere timestamps append nothing', () => {
    const { updates, counts } = takeEach([running, statusFact('RUNNING', { at: start + 5 }), running]);
    expect(updates).toHaveLength(1);
    expect(counts).toMatchObject({ duplicate: 1 });
  });

  it('S9: kind is the first of status, state and progress that changed', () => {
    const facts = [running, stateFact('entered', 2, 'Pay'), progressFact(5), succeeded];
    expect(takeEach(facts).updates.map((update) => update.kind)).toEqual(['status', 'state', 'progress', 'status']);
  });

  it('S9: recordedAt never decreases although the clock is set back, occurredAt may', () => {
    const first = take([[running]], { now: start + 60_000 });
    const second = take([[stateFact('entered', 2, 'Pay', { at: start - 30_000 })]], { now: start }, first.head);
    expect(second.updates[0]?.recordedAt).toBe(first.updates[0]?.recordedAt);
    expect(second.updates[0]?.occurredAt).toBe('2026-01-01T11:59:30.000Z');
  });

  it('S9: beyond 1,000 updates a batch gives one, and states inside a container none', () => {
    const long = takeEach(
      Array.from({ length: fullDetailUpdates - 2 }, (_, index) => progressFact(index % 100, { sequence: index })),
    );
    const into = takeEach(
      [stateFact('entered', 1, 'Each', { stateType: 'container' }), stateFact('entered', 2, 'Item')],
      {},
      long.head,
    );
    expect(into.head?.seq).toBe(fullDetailUpdates);
    const inside = take([[stateFact('left', 3, 'Item'), stateFact('entered', 4, 'Other')]], {}, into.head);
    expect(inside.updates).toEqual([]);
    const after = take(
      [
        [
          progressFact(7, { sequence: 9_000 }),
          stateFact('left', 5, 'Other'),
          stateFact('left', 6, 'Each', { stateType: 'container' }),
        ],
      ],
      {},
      inside.head,
    );
    expect(sketch(after.updates)).toEqual([`${fullDetailUpdates + 1} RUNNING Other [Other]`]);
    expect(take([[succeeded]], {}, after.head).updates.at(-1)).toMatchObject({ status: 'SUCCEEDED' });
  });

  it('S33: one call gives at most 99 updates; the rest is kept and follows', () => {
    const facts = [running, ...Array.from({ length: 150 }, (_, index) => stateFact('entered', index + 2, `S${index}`))];
    const first = reduce(key, null, facts, context());
    expect(first.updates).toHaveLength(99);
    const second = reduce(key, first.head, [], context());
    expect(second.updates).toHaveLength(52);
    expect(second.head?.held).toEqual([]);
    expect([...first.updates, ...second.updates].map((update) => update.seq)).toEqual(
      Array.from({ length: 151 }, (_, index) => index + 1),
    );
  });

  it('gives the very head back when nothing changed', () => {
    const { head } = takeEach([running, succeeded]);
    expect(reduce(key, head, [running, succeeded], context()).head).toBe(head);
  });
});

describe('progress', () => {
  it('S11: a sequence outranks none, then sequence, time and event id decide', () => {
    const plain = progressFact(90, { at: start + 9_000 });
    const first = progressFact(1, { sequence: 1 });
    const second = progressFact(2, { sequence: 2, at: start });
    for (const facts of [
      [plain, first, second],
      [second, first, plain],
      [first, plain, second],
    ]) {
      expect(takeEach(facts).updates.at(-1)?.progress).toEqual({ percent: 2, message: null });
    }
  });

  it('S11: without redriveCount it belongs to the attempt begun by its time', () => {
    const redriven = statusFact('RUNNING', { redriveCount: 1, at: start + 20_000 });
    const old = progressFact(80, { redriveCount: null, at: start + 3_000 });
    const { updates, counts } = takeEach([running, failed, redriven, old]);
    expect(updates).toHaveLength(3);
    expect(counts).toMatchObject({ late: 1 });
    const fresh = progressFact(5, { redriveCount: null, at: start + 21_000 });
    expect(takeEach([running, failed, redriven, fresh]).updates.at(-1)?.progress).toEqual({
      percent: 5,
      message: null,
    });
  });

  it('S11: each event replaces progress whole', () => {
    const { updates } = takeEach([
      progressFact(1, { sequence: 1, message: 'Packing' }),
      progressFact(2, { sequence: 2 }),
    ]);
    expect(updates.at(-1)?.progress).toEqual({ percent: 2, message: null });
  });
});

describe('intake', () => {
  it('S5: PENDING, then the run that StartExecution answered with, in one log', () => {
    const binds = statusFact('RUNNING', { binds: true });
    const { updates } = takeEach([intakeFact('PENDING'), binds, running, succeeded]);
    expect(updates.map(({ seq, status, tenant }) => [seq, status, tenant])).toEqual([
      [1, 'PENDING', 'acme'],
      [2, 'RUNNING', 'acme'],
      [3, 'SUCCEEDED', 'acme'],
    ]);
  });

  it('S5: facts of a run are held until StartExecution has answered', () => {
    const pending = takeEach([intakeFact('PENDING'), running, stateFact('entered', 2, 'Pay')]);
    expect(pending.updates).toHaveLength(1);
    expect(pending.head?.held).toHaveLength(2);
    const bound = takeEach([statusFact('RUNNING', { binds: true })], {}, pending.head);
    expect(sketch(bound.updates)).toEqual(['2 RUNNING - []', '3 RUNNING Pay [Pay]']);
    expect(bound.head?.held).toEqual([]);
  });

  it('S5: after StartFailed the stranger of the same name opens a log of its own', () => {
    const { updates, head } = takeEach([intakeFact('PENDING'), running, intakeFact('FAILED', { reason: 'taken' })]);
    expect(updates.map(({ status, tenant, seq }) => [status, tenant, seq])).toEqual([
      ['PENDING', 'acme', 1],
      ['FAILED', 'acme', 2],
      ['RUNNING', 'default', 1],
    ]);
    expect(updates[1]).toMatchObject({ done: true, error: { name: 'Statuswire.StartFailed', cause: 'taken' } });
    expect(head?.epoch).not.toBe(updates[0]?.epoch);
  });

  it('S5, S6: a later intake attempt begins anew', () => {
    const { updates } = takeEach([
      intakeFact('PENDING'),
      intakeFact('FAILED'),
      intakeFact('PENDING', { intakeAttempt: 2 }),
    ]);
    expect(updates.map(({ status, error }) => [status, error?.name ?? null])).toEqual([
      ['PENDING', null],
      ['FAILED', 'Statuswire.StartFailed'],
      ['PENDING', null],
    ]);
  });
});
