import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ProjectedFact } from '../../core/facts.ts';
import type { Head } from '../../core/head.ts';
import { isSilent } from '../../core/hold.ts';
import { openLook } from '../../core/limits.ts';
import { expressArn, intakeFact, start, stateFact, statusFact, take } from '../support/facts.ts';

const minute = 60_000;
const running = statusFact('RUNNING');

/** Takes facts at a time, so many milliseconds after the start. */
function at(ms: number, facts: readonly ProjectedFact[], from: Head | null = null, lookAtOpen = true) {
  const { head, updates } = take([facts], { now: start + ms, lookAtOpen }, from);
  return { head, updates, due: head?.dueAt == null ? null : head.dueAt - start };
}

describe('an open Standard execution', () => {
  it('G5: is due when nothing was heard for 5 minutes; without the option it never is', () => {
    expect(at(1_000, [running]).due).toBe(1_000 + openLook.least);
    expect(at(1_000, [running], null, false).due).toBeNull();
  });

  it('news leave a look where it is set, so that they cost no index write', () => {
    const first = at(0, [running]);
    const second = at(4 * minute, [stateFact('entered', 2, 'Pay')], first.head);
    expect(second.updates).toHaveLength(1);
    expect(second.due).toBe(openLook.least);
  });

  it('facts that say nothing new change nothing, not even the look', () => {
    const { head } = at(0, [running]);
    expect(at(2 * minute, [running], head).head).toBe(head);
  });

  it('a look that comes too early, because news came meanwhile, is put off without an update', () => {
    const first = at(0, [running]);
    const second = at(4 * minute, [stateFact('entered', 2, 'Pay')], first.head);
    const look = at(openLook.least, [], second.head);
    expect(look.updates).toEqual([]);
    expect(look.due).toBe(4 * minute + openLook.least);
    expect(look.head?.version).toBe((second.head?.version ?? 0) + 1);
  });

  it('a look without news moves the next one on: a sixth of the age, at most an hour', () => {
    const waits: number[] = [];
    for (let { head, due } = at(0, [running]); waits.length < 40 && due !== null; ) {
      const next = at(due, [running], head);
      expect(next.updates).toEqual([]);
      waits.push((next.due ?? 0) - due);
      ({ head, due } = next);
    }
    expect(waits[0]).toBe(openLook.least);
    expect(waits.at(-1)).toBe(openLook.most);
    expect(waits).toEqual([...waits].sort((a, b) => a - b));
  });

  it('is due no longer once it has ended; a redrive begins anew', () => {
    const open = at(0, [running]);
    const ended = at(minute, [statusFact('FAILED', { at: start + minute })], open.head);
    expect(ended.due).toBeNull();
    const again = at(
      30 * 24 * 60 * minute,
      [statusFact('RUNNING', { redriveCount: 1, at: start + 30 * 24 * 60 * minute })],
      { ...(ended.head as Head), expiresAt: null },
    );
    expect(again.due).toBe(30 * 24 * 60 * minute + openLook.least);
  });

  it('is due while it waits for a redrive', () => {
    const open = at(0, [running]);
    expect(at(minute, [statusFact('PENDING_REDRIVE', { at: start + minute })], open.head).due).not.toBeNull();
  });

  it('leaves what is held to its own looks', () => {
    const record = statusFact('SUCCEEDED', { source: 'record', startDate: null, result: { type: 'omitted' } });
    const { head, due } = at(minute, [running, record]);
    expect(head?.held).toHaveLength(1);
    expect(due).toBe(minute + 5_000);
  });
});

describe('nobody is asked', () => {
  it('about an Express execution: only its end is assumed (S5)', () => {
    const { head, due } = at(0, [stateFact('entered', 2, 'A', { executionArn: expressArn('one'), at: start })]);
    expect(due).toBe(15 * minute);
    expect(isSilent(head as Head, start + 60 * minute)).toBe(false);
  });

  it('about a start that was not answered yet', () => {
    expect(at(0, [intakeFact('PENDING')]).due).toBeNull();
  });
});

it('whenever an open execution is due, it is silent or was heard of since the look was set', () => {
  const step = fc.record({ wait: fc.nat(90 * minute), news: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 30 }), (steps) => {
      let { head } = at(0, [running]);
      let now = 0;
      for (const [n, { wait, news }] of steps.entries()) {
        now += wait;
        ({ head } = at(now, news ? [stateFact('entered', n + 2, `S${n}`)] : [], head));
        const heard = Date.parse(head?.last?.recordedAt ?? '') - start;
        const due = (head?.dueAt ?? 0) - start;
        expect(due).toBeGreaterThan(now);
        expect(due).toBeLessThanOrEqual(Math.max(now, heard) + openLook.most);
        expect(isSilent(head as Head, start + heard + openLook.most)).toBe(true);
        expect(isSilent(head as Head, start + heard + openLook.least - 1)).toBe(false);
      }
    }),
  );
});
