/** Calls `run` once, after `ms` milliseconds; the answer cancels that. */
export type Timer = (ms: number, run: () => void) => () => void;

/** Never keeps the process alive: all that waits here is done again after a start. */
export const systemTimer: Timer = (ms, run) => {
  const handle = setTimeout(run, ms).unref();
  return () => clearTimeout(handle);
};
