import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createBoundedHint } from '../../../handlers/fanout/bounded-hint.ts';
import { updatesOf } from '../../handlers/webhooks/bench.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A channel whose calls end when the test says so. */
function channel() {
  const calls: { readonly seqs: readonly number[]; readonly signal: AbortSignal; readonly end: () => void }[] = [];
  const skipped: number[] = [];
  const errors: unknown[] = [];
  const hint = createBoundedHint({
    publish: (updates, signal) =>
      new Promise((resolve) => {
        calls.push({ seqs: updates.map(({ seq }) => seq), signal, end: resolve });
      }),
    boundMs: 1_000,
    now: Date.now,
    onSkipped: (count) => skipped.push(count),
    onError: (error) => errors.push(error),
  });
  return { hint, calls, skipped, errors };
}

describe('a bounded hint', () => {
  it('resolves when the channel has them', async () => {
    const { hint, calls, skipped } = channel();
    const told = hint(updatesOf(1, 2));
    calls[0]?.end();
    await told;
    expect([calls.map(({ seqs }) => seqs), skipped, vi.getTimerCount()]).toEqual([[[1, 2]], [], 0]);
  });

  it('G8: nobody waits longer than its bound, and the channel is told that its time is over', async () => {
    const { hint, calls } = channel();
    const told = hint(updatesOf(1, 1));
    await vi.advanceTimersByTimeAsync(1_000);
    await told;
    expect(calls[0]?.signal.aborted).toBe(true);
  });

  it('G8: after that it rests as long again, so it takes half of the time at most', async () => {
    const { hint, calls, skipped } = channel();
    const told = hint(updatesOf(1, 1));
    await vi.advanceTimersByTimeAsync(1_000);
    await told;
    calls[0]?.end();
    await hint(updatesOf(2, 4));
    await vi.advanceTimersByTimeAsync(999);
    await hint(updatesOf(5, 5));
    expect([calls.length, skipped]).toEqual([1, [3, 1]]);
    await vi.advanceTimersByTimeAsync(1);
    void hint(updatesOf(6, 6));
    expect(calls.map(({ seqs }) => seqs)).toEqual([[1], [6]]);
  });

  it('G3: a call that outlives its bound is never overtaken by the next', async () => {
    const { hint, calls, skipped } = channel();
    void hint(updatesOf(1, 1));
    await vi.advanceTimersByTimeAsync(60_000);
    await hint(updatesOf(2, 2));
    expect([calls.length, skipped]).toEqual([1, [1]]);
    calls[0]?.end();
    await vi.advanceTimersByTimeAsync(0);
    void hint(updatesOf(3, 3));
    expect(calls.map(({ seqs }) => seqs)).toEqual([[1], [3]]);
  });

  it('never rejects', async () => {
    const errors: unknown[] = [];
    const hint = createBoundedHint({
      publish: () => Promise.reject(new Error('broken')),
      now: Date.now,
      onSkipped: () => {},
      onError: (error) => errors.push(error),
    });
    await hint(updatesOf(1, 1));
    expect(errors).toEqual([new Error('broken')]);
  });
});
