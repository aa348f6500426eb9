export interface Deadline extends Disposable {
  /** Aborted at the end of the time, or with the signal given. */
  readonly signal: AbortSignal;
  /** Was it the time? */
  passed(): boolean;
}

/**
 * A time limit joined with a signal, let go of when the work is over. `AbortSignal.any` with `AbortSignal.timeout` would
 * keep a timer for the whole time after every short request, and costs three times as much.
 */
export function createDeadline(ms: number, signal: AbortSignal | undefined): Deadline {
  const controller = new AbortController();
  let passed = false;
  const timer = setTimeout(() => {
    passed = true;
    controller.abort();
  }, ms);
  const abort = () => controller.abort();
  if (signal?.aborted) abort();
  else signal?.addEventListener('abort', abort);
  return {
    signal: controller.signal,
    passed: () => passed,
    [Symbol.dispose]() {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    },
  };
}
