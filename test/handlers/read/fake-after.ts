import type { After } from '../../../handlers/read/waiters.ts';

/** Delays that pass only when told to. */
export function fakeAfter() {
  let time = 0;
  const timers = new Set<{ readonly at: number; readonly run: () => void }>();
  const after: After = (delayMs, run) => {
    const timer = { at: time + delayMs, run };
    timers.add(timer);
    return () => timers.delete(timer);
  };
  return {
    after,
    /** Delays that have neither run nor been prevented. */
    pending: () => timers.size,
    pass(ms: number): void {
      time += ms;
      for (const timer of [...timers].sort((a, b) => a.at - b.at)) {
        if (timer.at > time || !timers.delete(timer)) continue;
        timer.run();
      }
    },
  };
}
