import { isUnavailable } from '../../core/unavailable.ts';

/** How much may still be asked of somebody in this run. */
export interface Budget {
  /** Takes one; false when there is none left, or the time is up. */
  take(): boolean;
  /** Nothing more is given out: whoever is asked is throttled. */
  stop(): void;
}

/** @param until epoch milliseconds */
export function createBudget(count: number, now: () => number, until: number): Budget {
  let left = count;
  return {
    take() {
      if (left === 0 || now() >= until) return false;
      left -= 1;
      return true;
    },
    stop() {
      left = 0;
    },
  };
}

/** Requests under way at once: a run should not take the whole burst of a quota that others need too. */
const width = 8;

/**
 * Does `work` for each while the budget lasts. One that fails stops no other; but where somebody is throttled, or away,
 * nothing more is asked of them in this run. Answers whether there is nothing left that another run could do.
 */
export async function whileItLasts<T extends object>(
  all: readonly T[],
  budget: Budget,
  work: (one: T) => Promise<void>,
  onError: (error: unknown, one: T) => void,
): Promise<boolean> {
  const rest = [...all];
  let complete = true;
  const lane = async (): Promise<void> => {
    for (let one = rest.shift(); one !== undefined; one = rest.shift()) {
      if (!budget.take()) {
        complete = false;
        return;
      }
      try {
        await work(one);
      } catch (error) {
        onError(error, one);
        if (!isUnavailable(error)) continue;
        budget.stop();
        complete = false;
      }
    }
  };
  await Promise.all(Array.from({ length: width }, lane));
  return complete;
}
