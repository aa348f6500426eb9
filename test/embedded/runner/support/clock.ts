import type { Clock } from '../../../../embedded/runner/clock.ts';

interface Timer {
  readonly at: number;
  readonly callback: () => void;
}

/** A clock that jumps to its next timer whenever nothing else is going on, so that no test waits. */
export interface JumpingClock extends Clock {
  /** Every duration asked for, in ms. */
  readonly asked: readonly number[];
}

/** Turns of the event loop in which nothing may be left to do before the clock jumps. */
const quietTurns = 6;

export function jumpingClock(start: number = Date.parse('2026-11-20T10:00:00.123Z')): JumpingClock {
  let now = start;
  let pumping = false;
  const timers = new Set<Timer>();
  const asked: number[] = [];
  function jump(): void {
    const [next] = [...timers].sort((a, b) => a.at - b.at);
    if (next === undefined) return;
    timers.delete(next);
    now = Math.max(now, next.at);
    next.callback();
  }
  function pump(turns: number): void {
    setImmediate(() => {
      if (turns > 0) return pump(turns - 1);
      jump();
      pumping = timers.size > 0;
      if (pumping) pump(quietTurns);
    });
  }
  return {
    asked,
    now: () => Math.floor(now),
    after(ms, callback) {
      asked.push(ms);
      const timer = { at: now + ms, callback };
      timers.add(timer);
      if (!pumping) pump(quietTurns);
      pumping = true;
      return () => void timers.delete(timer);
    },
  };
}
