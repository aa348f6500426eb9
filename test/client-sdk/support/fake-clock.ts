import type { Timers } from '../../../client-sdk/src/timers.ts';

export interface FakeClock extends Timers {
  /** Runs every timer that falls due within the next `ms`, in order, each with all promises it settles. */
  advance(ms: number): Promise<void>;
  /** Lets promises settle, and timers of 0 ms run. */
  settle(): Promise<void>;
  pending(): number;
}

const microtasks = () => new Promise<void>((resolve) => setImmediate(resolve));

/** @param random what `random()` gives; a constant by default, so that waits can be computed. */
export function createFakeClock(random: () => number = () => 0.5): FakeClock {
  const timers = new Map<number, { readonly at: number; readonly run: () => void }>();
  let now = Date.UTC(2026, 10, 20);
  let nextId = 1;

  async function advance(ms: number): Promise<void> {
    const until = now + ms;
    await microtasks();
    for (;;) {
      const due = [...timers].filter(([, { at }]) => at <= until).sort(([a, x], [b, y]) => x.at - y.at || a - b)[0];
      if (!due) break;
      const [id, { at, run }] = due;
      timers.delete(id);
      now = Math.max(now, at);
      run();
      await microtasks();
    }
    now = until;
  }

  return {
    setTimeout(run, ms) {
      const id = nextId++;
      // As engines do with what does not fit into 31 bits.
      timers.set(id, { at: now + (ms < 2 ** 31 ? Math.max(0, ms) : 1), run });
      return id;
    },
    clearTimeout: (id) => void timers.delete(id as number),
    now: () => now,
    random,
    advance,
    settle: () => advance(0),
    pending: () => timers.size,
  };
}
