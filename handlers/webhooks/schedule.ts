const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

/** When a failed delivery is tried again. */
export interface RetrySchedule {
  /** Milliseconds to wait after the first, second … failure in a row; the last one repeats for ever. Not empty. */
  readonly delaysMs: readonly [number, ...number[]];
  /** Up to this share of the wait is added at random, so that endpoints that failed together do not return together. */
  readonly jitter: number;
  /** The longest wait that a `Retry-After` can ask for, milliseconds. */
  readonly maxHintMs: number;
}

/**
 * The example schedule of Standard Webhooks 1.0.0: ten attempts within 75 h 35 m 05 s. After that a delivery goes on
 * once a day for as long as the log exists (S4), so nothing is given up silently.
 */
export const standardSchedule: RetrySchedule = {
  delaysMs: [5 * second, 5 * minute, 30 * minute, 2 * hour, 5 * hour, 10 * hour, 14 * hour, 20 * hour, 24 * hour],
  jitter: 0.1,
  maxHintMs: 24 * hour,
};

/**
 * Milliseconds from a failure to the next attempt: the longer of the schedule's wait and the receiver's hint, plus
 * jitter. Jitter only ever adds, so no attempt comes before the schedule or the hint allows.
 *
 * @param failures failures in a row, this one included; at least 1
 * @param hintMs what `Retry-After` asked for, or null
 * @param random a number in [0, 1)
 */
export function retryDelayMs(
  schedule: RetrySchedule,
  failures: number,
  hintMs: number | null,
  random: () => number,
): number {
  const index = Math.min(Math.max(failures, 1), schedule.delaysMs.length) - 1;
  const base = schedule.delaysMs[index] ?? schedule.delaysMs[0];
  const wait = Math.max(base, Math.min(hintMs ?? 0, schedule.maxHintMs));
  return Math.ceil(wait * (1 + schedule.jitter * random()));
}
