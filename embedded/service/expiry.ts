import { pauseAfter } from '../store/slice.ts';
import { systemTimer, type Timer } from '../store/timer.ts';
import type { UpkeepStep } from '../store/upkeep/upkeep.ts';

export interface ExpiryOptions {
  readonly steps: readonly UpkeepStep[];
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Told of every piece that failed; the next pass tries again. */
  readonly onError: (error: unknown, step: string) => void;
  /** Told what a pass removed, if anything, as rows by step. @default nothing */
  readonly onRemoved?: (rows: Readonly<Record<string, number>>) => void;
  /** @default setTimeout */
  readonly timer?: Timer;
  /** From the end of one pass to the beginning of the next. Milliseconds. @default 60_000 */
  readonly everyMs?: number;
}

export interface Expiry {
  /** Begins no further piece; resolves when the one under way has ended. */
  stop(): Promise<void>;
}

/**
 * The background job that removes what time has made superfluous (S4): piece by piece, each a few milliseconds, and at
 * most a tenth of the time, so that it holds no commit up however much there is. The first pass begins at once.
 */
export function startExpiry(options: ExpiryOptions): Expiry {
  const { steps, now, onError, onRemoved = () => {}, timer = systemTimer, everyMs = 60_000 } = options;
  let stopped = false;
  let endPause = (): void => {};

  function pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = timer(ms, resolve);
      endPause = () => {
        cancel();
        resolve();
      };
      if (stopped) endPause();
    });
  }

  /** Rows removed. */
  async function clear(step: UpkeepStep): Promise<number> {
    let rows = 0;
    try {
      for (let more = true; more && !stopped; ) {
        const since = performance.now();
        const done = await step.run(now());
        rows += done.rows;
        more = done.more;
        await pause(pauseAfter(performance.now() - since));
      }
    } catch (error) {
      onError(error, step.name);
    }
    return rows;
  }

  async function run(): Promise<void> {
    while (!stopped) {
      const removed: Record<string, number> = {};
      for (const step of steps) {
        const rows = await clear(step);
        if (rows > 0) removed[step.name] = rows;
      }
      if (Object.keys(removed).length > 0) onRemoved(removed);
      await pause(everyMs);
    }
  }

  const running = run();
  return {
    stop() {
      stopped = true;
      endPause();
      return running;
    },
  };
}
