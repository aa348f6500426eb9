import type { Timer } from '../../../embedded/store/timer.ts';

export interface ManualTime {
  readonly clock: () => number;
  readonly timer: Timer;
  /** When the pending timers are due, ascending. */
  pending(): readonly number[];
  /** Moves the clock on, and runs what becomes due, in order. */
  advance(ms: number): Promise<void>;
  /** Sets the clock; no timer knows of it. */
  step(ms: number): void;
}

/** Lets everything that waits for promises and SQLite's group commits go as far as it can. */
export async function quiet(): Promise<void> {
  for (let n = 0; n < 30; n++) await new Promise((resolve) => setImmediate(resolve));
}

/** A clock and timers that only the test moves. */
export function createManualTime(start: number): ManualTime {
  let now = start;
  let offset = 0;
  const timers = new Set<{ readonly at: number; readonly run: () => void }>();
  const earliest = () => [...timers].sort((a, b) => a.at - b.at)[0];
  return {
    clock: () => now + offset,
    step: (ms) => {
      offset += ms;
    },
    timer(ms, run) {
      const entry = { at: now + ms, run };
      timers.add(entry);
      return () => timers.delete(entry);
    },
    pending: () => [...timers].map(({ at }) => at).sort((a, b) => a - b),
    async advance(ms) {
      const until = now + ms;
      for (let next = earliest(); next && next.at <= until; next = earliest()) {
        timers.delete(next);
        now = next.at;
        next.run();
        await quiet();
      }
      now = until;
    },
  };
}
