import { unavailable } from '../../core/unavailable.ts';
import { isPassing } from './errors.ts';

export interface RetryOptions {
  /** Times a request is made in all. @default 8 */
  readonly attempts?: number;
  /** A number in [0, 1). @default Math.random */
  readonly random?: () => number;
  /** Waits so many milliseconds. @default setTimeout */
  readonly sleep?: (ms: number) => Promise<void>;
}

/**
 * Makes a request again while it fails for a passing reason. `work` is told whether an earlier try may have been carried
 * out although its answer did not arrive.
 */
export type Retry = <T>(work: (repeated: boolean) => Promise<T>) => Promise<T>;

const firstWaitMs = 25;
const longestWaitMs = 1_000;

/** Milliseconds before try `tries + 1`: anything up to a bound that doubles ("full jitter", AWS Architecture Blog). */
export function waitMs(tries: number, random: () => number): number {
  return random() * Math.min(longestWaitMs, firstWaitMs * 2 ** (tries - 1));
}

/**
 * Waits under 3 s in all by default. What does not pass in that time rejects with an `unavailable` error; what is no
 * passing trouble rejects at once, as it is.
 */
export function createRetry(options: RetryOptions = {}): Retry {
  const { attempts = 8 } = options;
  return async (work) => {
    for (let tries = 1; ; tries++) {
      try {
        return await work(tries > 1);
      } catch (error) {
        if (!isPassing(error)) throw error;
        if (tries >= attempts) throw unavailable(`DynamoDB did not take a request in ${tries} tries.`, error);
      }
      await pauseAfter(tries, options);
    }
  };
}

/** The wait between one try and the next. */
export function pauseAfter(tries: number, { random = Math.random, sleep = pause }: RetryOptions): Promise<void> {
  return sleep(waitMs(tries, random));
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, ms));
}
