import type { Timers } from '../timers.ts';

/** A clock that stands still until it is moved. */
export interface TestClock extends Timers {
  /** Runs every timer that falls due within the next `ms`, in order, each with all promises it settles. */
  advance(ms: number): Promise<void>;
  /** Lets promises settle, and timers of 0 ms run. */
  settle(): Promise<void>;
  /** The runtime sleeps: the clock moves on, timers that fell due meanwhile run at the next `advance`, late. */
  sleep(ms: number): void;
  /** The same where timers stand still in sleep, and go on with what was left. */
  suspend(ms: number): void;
  /** How many timers are set: 0 once everything is closed. */
  pending(): number;
}

/**
 * A turn of the event loop, after which no promise can be waiting for another. jsdom has no `MessageChannel` in some
 * runners; there, as many promises in a row as no chain here is long. Neither is what fake timers of a runner replace.
 */
async function turn(): Promise<void> {
  if (typeof MessageChannel === 'undefined') {
    for (let n = 0; n < 200; n++) await Promise.resolve();
    return;
  }
  const { port1, port2 } = new MessageChannel();
  await new Promise<void>((resolve) => {
    port1.onmessage = () => resolve();
    port2.postMessage(null);
  });
  port1.close();
}

/** @param random what `random()` gives, at least 0, below 1; a constant by default, so that waits can be computed. */
export function createTestClock(random: () => number = () => 0.5): TestClock {
  const timers = new Map<number, { readonly at: number; readonly run: () => void }>();
  let now = Date.UTC(2026, 10, 20);
  let nextId = 1;

  async function advance(ms: number): Promise<void> {
    const until = now + ms;
    await turn();
    for (;;) {
      const due = [...timers].filter(([, { at }]) => at <= until).sort(([a, x], [b, y]) => x.at - y.at || a - b)[0];
      if (!due) break;
      const [id, { at, run }] = due;
      timers.delete(id);
      now = Math.max(now, at);
      run();
      await turn();
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
    sleep(ms) {
      now += ms;
    },
    suspend(ms) {
      now += ms;
      for (const [id, { at, run }] of timers) timers.set(id, { at: at + ms, run });
    },
    pending: () => timers.size,
  };
}
