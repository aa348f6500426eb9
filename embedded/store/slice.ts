/** What a bounded piece of background work did. */
export interface Slice {
  /** Rows changed or removed. */
  readonly rows: number;
  readonly more: boolean;
}

const chunkRows = 20;
/** The event loop, and with it every commit, waits for a slice: these keep it to a few milliseconds on slow disks, too. */
const maxRows = 200;
const maxMs = 4;

/**
 * Works in small chunks until nothing is left, at most 200 rows or about 4 ms.
 * @param clear Clears at most `limit` things and answers how many; fewer than `limit` means that it is done.
 */
export function slice(clear: (limit: number) => number): Slice {
  const until = performance.now() + maxMs;
  for (let rows = 0; ; ) {
    const cleared = clear(chunkRows);
    rows += cleared;
    if (cleared < chunkRows) return { rows, more: false };
    if (rows >= maxRows || performance.now() > until) return { rows, more: true };
  }
}

/** Milliseconds to leave to others after background work that took `tookMs`: nine tenths of the time, 25 ms at least. */
export function pauseAfter(tookMs: number): number {
  return Math.max(25, 9 * tookMs);
}
