import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { LogKey } from '../../../core/ports.ts';
import { createWakeTimers } from '../../../embedded/service/timers.ts';
import { makeHead } from '../../support/make-update.ts';

const key = { workflow: 'orders', id: 'order-1' };
let settled: LogKey[];
const nothingDue = { open: async () => ({ heads: [], next: null }) };
const timersOn = (log: Parameters<typeof createWakeTimers>[0]['log'], settle?: (key: LogKey) => Promise<void>) =>
  createWakeTimers({
    log,
    settle: settle ?? (async (one) => void settled.push(one)),
    now: Date.now,
    onError: (error) => errors.push(error),
    sweepMs: 30_000,
  });
let errors: unknown[];

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 });
  settled = [];
  errors = [];
});
afterEach(() => void vi.useRealTimers());

describe('the wake timers', () => {
  it('S35: wake at the time, the earlier of two, once', async () => {
    const timers = timersOn(nothingDue);
    timers.wake(key, 1_005_000);
    timers.wake(key, 1_002_000);
    timers.wake(key, 1_009_000);
    await vi.advanceTimersByTimeAsync(1_999);
    expect(settled).toEqual([]);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(settled).toEqual([key]);
    await timers.stop();
  });

  it('S35: what was due while the process was down is woken by the sweep, over all its pages', async () => {
    const head = (id: string) => ({ ...makeHead({ id }), dueAt: 999_000 });
    const pages = [
      { heads: [head('a')], next: 'n' },
      { heads: [head('b')], next: null },
    ];
    const timers = timersOn({ open: async (_, cursor) => pages[cursor === null ? 0 : 1] ?? { heads: [], next: null } });
    await timers.start();
    await vi.advanceTimersByTimeAsync(0);
    expect(settled.map(({ id }) => id)).toEqual(['a', 'b']);
    await timers.stop();
  });

  it('an execution that cannot be settled now is reported, and found again by the next sweep', async () => {
    const due = { open: async () => ({ heads: [{ ...makeHead({}), dueAt: 999_000 }], next: null }) };
    const timers = timersOn(due, () => Promise.reject(new Error('throttled')));
    await timers.start();
    await vi.advanceTimersByTimeAsync(30_001);
    expect(errors).toHaveLength(2);
    await timers.stop();
    await vi.advanceTimersByTimeAsync(90_000);
    expect(errors).toHaveLength(2);
  });
});
