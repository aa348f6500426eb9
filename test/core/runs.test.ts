import { describe, expect, it } from 'vitest';
import { markerMs, openAfterEndMs, retentionMs } from '../../core/limits.ts';
import { expressArn, progressFact, sketch, start, stateFact, statusFact, take, takeEach } from '../support/facts.ts';

const running = statusFact('RUNNING');
const succeeded = statusFact('SUCCEEDED');
const day = 86_400_000;
const laterStart = start + 100 * day;
const laterRun = (status: 'RUNNING' | 'FAILED') => statusFact(status, { startDate: laterStart, at: laterStart });

describe('runs', () => {
  it('S2: a later run under the same name begins a new log, at seq 1, with a later epoch', () => {
    const { updates } = takeEach([running, succeeded, laterRun('RUNNING')]);
    expect(updates.map(({ seq, status }) => [seq, status])).toEqual([
      [1, 'RUNNING'],
      [2, 'SUCCEEDED'],
      [1, 'RUNNING'],
    ]);
    expect((updates[2]?.epoch ?? '') > (updates[0]?.epoch ?? '')).toBe(true);
  });

  it('S2: facts of the older run are counted and dropped', () => {
    const { updates, counts } = takeEach([laterRun('RUNNING'), succeeded]);
    expect(updates).toHaveLength(1);
    expect(counts).toMatchObject({ olderRun: 1 });
  });

  it('S2: a batch with facts of two runs gives two logs', () => {
    const { updates } = take([[laterRun('RUNNING'), succeeded, running]]);
    expect(updates.map(({ seq, status }) => [seq, status])).toEqual([
      [1, 'RUNNING'],
      [2, 'SUCCEEDED'],
      [1, 'RUNNING'],
    ]);
  });

  it('S2: start dates less than a second apart are one run', () => {
    const { updates } = takeEach([running, statusFact('SUCCEEDED', { startDate: start + 999 })]);
    expect(updates.map((update) => update.seq)).toEqual([1, 2]);
    expect(takeEach([running, statusFact('RUNNING', { startDate: start + 1_000 })]).updates[1]?.seq).toBe(1);
  });

  it('S2: an Express run is its ARN; facts of a former one do not come back', () => {
    const one = (at: number) => stateFact('entered', 2, 'A', { executionArn: expressArn('one'), at });
    const two = (at: number) => stateFact('entered', 2, 'B', { executionArn: expressArn('two'), at });
    const { updates, counts } = takeEach([one(start), two(start + 50), one(start + 90)]);
    expect(updates.map(({ seq, state }) => [seq, state])).toEqual([
      [1, 'A'],
      [1, 'B'],
    ]);
    expect(counts).toMatchObject({ olderRun: 1 });
  });

  it('S3: a fact without startDate belongs to the newest run, unless it lies over 60 s before its start', () => {
    const facts = [running, stateFact('entered', 2, 'Pay', { at: start - 60_000 })];
    expect(takeEach(facts).updates).toHaveLength(2);
    const early = takeEach([running, stateFact('entered', 2, 'Pay', { at: start - 60_001 })]);
    expect(early.updates).toHaveLength(1);
    expect(early.counts).toMatchObject({ olderRun: 1 });
  });

  it('S3: it opens the log if no run is known, and the log takes its first run’s start', () => {
    const { updates } = takeEach([stateFact('entered', 2, 'Pay'), succeeded]);
    expect(updates.map(({ seq, startedAt }) => [seq, startedAt])).toEqual([
      [1, null],
      [2, new Date(start).toISOString()],
    ]);
  });

  it('S3: facts from long before a start were another run’s, whichever came first', () => {
    const early = stateFact('entered', 2, 'Old', { at: start - 120_000 });
    const { updates } = takeEach([early, running]);
    expect(updates.map(({ seq, state }) => [seq, state])).toEqual([
      [1, 'Old'],
      [1, null],
    ]);
  });
});

describe('retention', () => {
  it('S4: an open execution never expires, an ended one 30 days after its last terminal update', () => {
    expect(takeEach([running]).head?.expiresAt).toBeNull();
    const done = takeEach([running, succeeded], { now: start });
    expect(done.head?.expiresAt).toBe(start + retentionMs);
    const redriven = takeEach([statusFact('FAILED'), statusFact('RUNNING', { redriveCount: 1 })]);
    expect(redriven.head?.expiresAt).toBeNull();
  });

  it('S4: an expired log takes no more facts of its run, a later run opens a new one', () => {
    const { head } = takeEach([running, succeeded], { now: start });
    const now = start + retentionMs;
    const late = take([[statusFact('RUNNING', { redriveCount: 1 })]], { now }, head);
    expect(late.counts).toMatchObject({ gone: 1 });
    expect(late.head).toBe(head);
    expect(take([[laterRun('RUNNING')]], { now: laterStart }, head).updates).toHaveLength(1);
  });

  it('S4: the marker is kept for 90 days', () => {
    const { head } = takeEach([running, succeeded], { now: start });
    const redriven = [statusFact('RUNNING', { redriveCount: 1 })];
    expect(take([redriven], { now: start + retentionMs + markerMs - 1 }, head).updates).toEqual([]);
    expect(take([redriven], { now: start + retentionMs + markerMs }, head).updates[0]?.seq).toBe(1);
  });

  it('S4: forgetting drops the later facts of the run', () => {
    const { head } = takeEach([running, succeeded]);
    const forgotten = head && { ...head, goneUntil: start + markerMs };
    expect(take([[succeeded], [progressFact(3)]], {}, forgotten).counts).toMatchObject({ gone: 1 });
  });

  it('S4: no source opens a log for a run that ended over 14 days ago', () => {
    const { head, counts } = take([[succeeded]], { now: start + 9_000 + openAfterEndMs + 1 });
    expect(head).toBeNull();
    expect(counts).toMatchObject({ tooOld: 1 });
    expect(take([[succeeded]], { now: start + 9_000 + openAfterEndMs }).updates).toHaveLength(1);
  });
});

describe('active states', () => {
  const fork = stateFact('entered', 2, 'Fork', { stateType: 'container' });
  const joined = stateFact('left', 7, 'Fork', { stateType: 'container' });
  const branches = [stateFact('entered', 3, 'Pack'), stateFact('entered', 4, 'Charge')];

  it('S8: from one state to the next there is one update and never a blank', () => {
    const { updates } = takeEach([
      running,
      stateFact('entered', 2, 'Pay'),
      stateFact('left', 3, 'Pay'),
      stateFact('entered', 4, 'Ship'),
    ]);
    expect(sketch(updates)).toEqual(['1 RUNNING - []', '2 RUNNING Pay [Pay]', '3 RUNNING Ship [Ship]']);
  });

  it('S8: a container counts with what is active in it, sorted', () => {
    const { updates } = takeEach([fork, ...branches, stateFact('left', 5, 'Pack'), joined]);
    expect(updates.map((update) => update.activeStates)).toEqual([
      ['Fork'],
      ['Fork', 'Pack'],
      ['Charge', 'Fork', 'Pack'],
      ['Charge', 'Fork'],
      ['Charge'],
    ]);
  });

  it('S8: where the definition is known, states nested in a container that is not active do not count', () => {
    const nesting = { Pack: ['Fork'], Charge: ['Fork'], Fork: [], Each: [], Item: ['Each'] };
    const each = stateFact('entered', 8, 'Each', { stateType: 'container' });
    const { updates } = takeEach([fork, ...branches, joined, each], { rules: { owner: { tenant: 't' }, nesting } });
    expect(updates.at(-1)?.activeStates).toEqual(['Each']);
  });

  it('S8: Fail states never count, and exits may come before entries', () => {
    const failing = stateFact('entered', 4, 'Fail', { stateType: 'fail' });
    const { updates } = takeEach([stateFact('left', 5, 'Pack'), fork, failing, stateFact('entered', 3, 'Pack')]);
    expect(updates.at(-1)?.activeStates).toEqual(['Fork']);
  });

  it('S8: the last state of several iterations is active until all have left it', () => {
    const map = stateFact('entered', 2, 'Each', { stateType: 'container' });
    const items = [3, 4, 5].map((id) => stateFact('entered', id, 'Item'));
    const left = [6, 7, 8].map((id) => stateFact('left', id, 'Item'));
    const { updates } = takeEach([map, ...items, ...left]);
    expect(updates.map((update) => update.activeStates)).toEqual([['Each'], ['Each', 'Item'], ['Each']]);
  });

  it('S12: per history id the first stored fact stays', () => {
    const { counts, updates } = takeEach([stateFact('entered', 2, 'Pay'), stateFact('entered', 2, 'Other')]);
    expect(updates).toHaveLength(1);
    expect(counts).toMatchObject({ duplicate: 1 });
  });
});
