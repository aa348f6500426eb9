import type { LogKey, Timers } from '../../core/ports.ts';
import type { Queue } from './queue.ts';

export interface Soon {
  readonly timers: Timers;
  /** Sends what was asked for; before the invocation ends. Rejects when it cannot. */
  flush(): Promise<void>;
}

/** A look later than this is left to the reconciler, which comes every minute. */
const soonMs = 60_000;

/** Looks that come within a minute (S13, S15: 5 s after a fact was held), as delayed messages `{"settle":{…}}`. */
export function createSoon(queue: Queue, now: () => number): Soon {
  const wakes = new Map<string, number>();
  return {
    timers: {
      wake({ workflow, id }: LogKey, at) {
        if (at - now() > soonMs) return;
        const body = JSON.stringify({ settle: { workflow, id } });
        wakes.set(body, Math.min(at, wakes.get(body) ?? at));
      },
    },
    async flush() {
      const due = [...wakes];
      wakes.clear();
      await queue.send(due.map(([body, at]) => ({ body, delaySeconds: Math.max(0, Math.ceil((at - now()) / 1_000)) })));
    },
  };
}
