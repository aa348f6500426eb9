import type { Flow } from '../flow.ts';

/** Why the lines beside a failed one are stopped. */
export function siblingFailed(): DOMException {
  return new DOMException('another branch or iteration of the same state failed', 'AbortError');
}

/**
 * Runs lines beside each other, at most `most` at once, in order of their index. When one fails, or the line around
 * them is aborted, the others are aborted; rejects with the first failure once all of them have stopped.
 */
export async function runLines<T>(
  around: Flow,
  count: number,
  most: number,
  line: (index: number, signal: AbortSignal) => Promise<T>,
): Promise<readonly T[]> {
  const controller = new AbortController();
  const stop = (): void => controller.abort(around.signal.reason);
  around.signal.addEventListener('abort', stop, { once: true });
  const results = new Map<number, T>();
  let next = 0;
  let failed: { readonly error: unknown } | null = null;
  const work = async (): Promise<void> => {
    while (next < count && !controller.signal.aborted) {
      const index = next++;
      try {
        results.set(index, await line(index, controller.signal));
      } catch (error) {
        failed ??= { error };
        controller.abort(siblingFailed());
      }
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(most, count) }, work));
  } finally {
    around.signal.removeEventListener('abort', stop);
  }
  around.signal.throwIfAborted();
  const first: { readonly error: unknown } | null = failed;
  if (first !== null) throw (first as { readonly error: unknown }).error;
  return [...results.entries()].sort(([a], [b]) => a - b).map(([, result]) => result);
}
