import { createAlarm, type Timers } from '../timers.ts';
import type { HumanConnection } from './types.ts';

/** What is back sooner, nobody needs to hear of (Liveblocks' lost-connection listener waits as long). */
const lostAfterMs = 5_000;
/** Long enough to read one line. */
const restoredForMs = 4_000;

/** Turns the ups and downs of connections into what people should know, without flicker. */
export interface HumanSignal {
  /** Says how it is now; null: nothing is read, so there is nothing to say. */
  report(working: boolean | null): void;
  subscribe(listener: () => void): () => void;
  get(): HumanConnection;
}

export const calm = { signal: null, since: null, retryNow: () => undefined } as const satisfies HumanConnection;

export function createHumanSignal(timers: Timers, retryNow: () => void): HumanSignal {
  const listeners = new Set<() => void>();
  const alarm = createAlarm(timers);
  let current: HumanConnection = { ...calm, retryNow };
  /** Since when it does not work. */
  let brokenAt: number | null = null;

  function show(signal: HumanConnection['signal']): void {
    alarm.clear();
    if (signal === current.signal) return;
    current = { signal, since: signal === 'lost' ? brokenAt : null, retryNow };
    for (const listener of listeners) listener();
  }

  return {
    report(working) {
      if (working === false) {
        if (brokenAt !== null) return;
        brokenAt = timers.now();
        // What was good news a moment ago no longer holds.
        show(null);
        alarm.set(lostAfterMs, () => show('lost'));
        return;
      }
      const wasBroken = brokenAt !== null;
      brokenAt = null;
      if (working && current.signal === 'lost') {
        show('restored');
        alarm.set(restoredForMs, () => show(null));
      } else if (wasBroken || working === null) show(null);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    get: () => current,
  };
}
