/** Time and chance, so that tests can hold both still. */
export interface Timers {
  setTimeout(run: () => void, ms: number): unknown;
  clearTimeout(handle: unknown): void;
  /** Epoch milliseconds. */
  now(): number;
  /** At least 0, below 1. */
  random(): number;
}

export const never = Number.POSITIVE_INFINITY;

export const realTimers: Timers = {
  setTimeout: (run, ms) => setTimeout(run, ms),
  clearTimeout: (handle) => clearTimeout(handle as number),
  now: () => Date.now(),
  random: () => Math.random(),
};

/** One wait at a time: setting it again replaces the one before. @internal */
export interface Alarm {
  set(ms: number, run: () => void): void;
  clear(): void;
  isSet(): boolean;
}

/** @internal */
export function createAlarm(timers: Timers): Alarm {
  let handle: unknown;
  const clear = () => {
    timers.clearTimeout(handle);
    handle = undefined;
  };
  return {
    set(ms, run) {
      clear();
      // Engines keep 31 bits: a longer wait (Infinity too) would fire at once instead of never.
      if (ms < 2 ** 31)
        handle = timers.setTimeout(() => {
          handle = undefined;
          run();
        }, ms);
    },
    clear,
    isSet: () => handle !== undefined,
  };
}

/**
 * How long to wait after the nth failure in a row (from 0), in ms: full jitter below 0.5 s, 1 s, 2 s … 30 s. Never below a
 * tenth of that, so that no series of lucky draws turns into a tight loop: under 30 attempts a minute, at worst.
 */
export function backoffMs(timers: Timers, failures: number): number {
  return Math.min(500 * 2 ** failures, 30_000) * (0.1 + 0.9 * timers.random());
}

/** A wait of `ms`, spread by up to a quarter, so that what began together does not go on together. */
export const spreadMs = (timers: Timers, ms: number): number => ms * (1 + timers.random() / 4);
