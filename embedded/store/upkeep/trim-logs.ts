import type { DatabaseSync } from 'node:sqlite';
import type { Outbox } from '../outbox.ts';
import { slice } from '../slice.ts';
import type { GroupWriter } from '../writer.ts';
import type { UpkeepStep } from './upkeep.ts';

/** The shortest that logs may be cut to: the index `heads_long` begins here, and so does S9's rule for long logs. */
export const leastKeptUpdates = 1_000;
export const defaultKeptUpdates = 100_000;

interface LongLog {
  readonly workflow: string;
  readonly id: string;
  readonly epoch: string;
  readonly seq: number;
}

/**
 * Removes the oldest updates of logs that hold more than `keep` (S4); `Log.read` then answers `trimmed` to readers that
 * are further back, and they take a snapshot. Updates that the listener has not had stay. Throws a RangeError for a
 * `keep` under 1,000.
 */
export function trimLogs(
  db: DatabaseSync,
  writer: GroupWriter,
  outbox: Pick<Outbox, 'delivered'>,
  keep: number,
): UpkeepStep {
  if (!(keep >= leastKeptUpdates)) throw new RangeError(`At least ${leastKeptUpdates} updates of a log are kept.`);
  // The constant condition is what lets SQLite take the partial index.
  const select = db.prepare(`
    SELECT workflow, id, epoch, seq FROM heads WHERE seq > ${leastKeptUpdates} AND seq > ? AND listed = 1`);
  const remove = db.prepare(`
    DELETE FROM updates WHERE n IN (
      SELECT n FROM updates WHERE workflow = ? AND id = ? AND epoch = ? AND seq <= ? AND n <= ? ORDER BY seq LIMIT ?)`);

  function clear(limit: number): number {
    let cleared = 0;
    for (const { workflow, id, epoch, seq } of select.all(keep) as unknown as LongLog[]) {
      const removed = remove.run(workflow, id, epoch, seq - keep, outbox.delivered(), limit - cleared).changes;
      cleared += Number(removed);
      if (cleared === limit) break;
    }
    return cleared;
  }

  return { name: 'trimmed updates', run: () => writer.write(() => slice(clear)) };
}
