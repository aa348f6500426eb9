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

  it.each([-1_000, -4_000, -30_000, -3_600_000, -30 * 86_400_000])(
    'a clock that is set by %i ms holds up no look: the time waited for has come, whatever it shows',
    async (step) => {
      let offset = 0;
      const looks: number[] = [];
      const timers = createWakeTimers({
        log: nothingDue,
        settle: async (_, at) => void looks.push(at),
        now: () => Date.now() + offset,
        onError: (error) => errors.push(error),
      });
      await timers.start();
      timers.wake(key, 1_005_000);
      offset = step;
      await vi.advanceTimersByTimeAsync(5_000);
      expect(looks).toEqual([1_005_000]);
      await timers.stop();
    },
  );

  it.each([0, 3_600_000, 30 * 86_400_000])(
    'what was set by a clock %i ms ahead is looked at after a start, and again as long as it stays so',
    async (ahead) => {
      const since = 1_000_000 + ahead;
      const held = { ...makeHead({}), dueAt: since + 5_000, held: [{ since, reason: 'owner' }] as never };
      const open = async (dueBefore: number) => ({ heads: held.dueAt <= dueBefore ? [held] : [], next: null });
      const timers = timersOn({ open });
      await timers.start();
      await vi.advanceTimersByTimeAsync(5_000);
      expect(settled).toHaveLength(1);
      if (ahead > 0) await vi.advanceTimersByTimeAsync(30_000);
      if (ahead > 0) expect(settled).toHaveLength(2);
      await timers.stop();
    },
  );

  it('a look set by a clock that was ahead waits no longer than its rule ever asks', async () => {
    const far = { ...makeHead({}), dueAt: 1_000_000 + 30 * 86_400_000 };
    const timers = timersOn({
      open: async (dueBefore) => ({ heads: far.dueAt <= dueBefore ? [far] : [], next: null }),
    });
    await timers.start();
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(settled).toHaveLength(1);
    await timers.stop();
  });
});
