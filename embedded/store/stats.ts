import type { DatabaseSync } from 'node:sqlite';

/** What waits in the store, for metrics. Times are epoch milliseconds. */
export interface StoreStats {
  /** Updates committed that the listener has not answered yet, and when the first of them was recorded. */
  readonly outbox: { readonly behind: number; readonly oldestAt: number | null };
  /** Delivery cursors with something to do, and since when the longest waiting of them has had it. */
  readonly deliveries: { readonly waiting: number; readonly oldestAt: number | null };
  /** Heads with a time to be looked at, and the earliest and the latest of those times. */
  readonly due: { readonly heads: number; readonly earliestAt: number | null; readonly latestAt: number | null };
  readonly deadLetters: number;
}

/**
 * Cursors looked at for the oldest, in the order of their next try: reading all of a large backlog would hold up the
 * commits. An endpoint that fails for long has its cursors come round within the longest pause between tries.
 */
const looked = 10_000;

/** Counts run over indexes, which hold nothing but what waits. */
export function createStats(db: DatabaseSync): () => Omit<StoreStats, 'outbox'> {
  const waiting = db.prepare('SELECT count(*) AS count FROM deliveries WHERE due_at IS NOT NULL');
  const oldest = db.prepare(`
    SELECT min(coalesce(failing_since, due_at)) AS at FROM (
      SELECT failing_since, due_at FROM deliveries WHERE due_at IS NOT NULL ORDER BY due_at LIMIT ${looked})`);
  const due = db.prepare(`
    SELECT count(*) AS count, min(due_at) AS earliest, max(due_at) AS latest FROM heads WHERE due_at IS NOT NULL`);
  const letters = db.prepare('SELECT count(*) AS count FROM dead_letters');

  const numberIn = (row: Record<string, unknown> | undefined, column: string): number | null => {
    const value = row?.[column];
    return typeof value === 'number' ? value : null;
  };

  return () => {
    const dueRow = due.get();
    return {
      deliveries: {
        waiting: numberIn(waiting.get(), 'count') ?? 0,
        oldestAt: numberIn(oldest.get(), 'at'),
      },
      due: {
        heads: numberIn(dueRow, 'count') ?? 0,
        earliestAt: numberIn(dueRow, 'earliest'),
        latestAt: numberIn(dueRow, 'latest'),
      },
      deadLetters: numberIn(letters.get(), 'count') ?? 0,
    };
  };
}
