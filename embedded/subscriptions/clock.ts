/** Stops a timer; harmless when it has run. */
export type Cancel = () => void;

/** Time as the subscription server uses it, so that tests may hold it in their hands. */
export interface Clock {
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Runs once, after so many milliseconds. */
  readonly after: (delayMs: number, run: () => void) => Cancel;
  /** Runs again and again, every so many milliseconds. */
  readonly every: (periodMs: number, run: () => void) => Cancel;
}

/** Longest delay of Node's timers; more than this would run at once. */
const longestDelay = 2_147_483_647;

/** The machine's own clock. Its timers keep no process alive: the sockets they watch do. */
export const systemClock: Clock = {
  now: Date.now,
  after(delayMs, run) {
    const timer = setTimeout(run, Math.min(delayMs, longestDelay)).unref();
    return () => clearTimeout(timer);
  },
  every(periodMs, run) {
    const timer = setInterval(run, periodMs).unref();
    return () => clearInterval(timer);
  },
};
