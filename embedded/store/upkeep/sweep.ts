import type { DatabaseSync } from 'node:sqlite';
import { encodeTime } from 'ulid';
import { slice } from '../slice.ts';
import type { GroupWriter } from '../writer.ts';
import type { UpkeepStep } from './upkeep.ts';

/** How long dead letters are kept: as long as the logs that they may belong to (S4). */
const letterMs = 30 * 24 * 60 * 60 * 1000;

/** Removes idempotency records that hold no longer (S26). */
export function sweepIdempotency(db: DatabaseSync, writer: GroupWriter): UpkeepStep {
  const remove = db.prepare(
    'DELETE FROM idempotency WHERE rowid IN (SELECT rowid FROM idempotency WHERE expires_at <= ? LIMIT ?)',
  );
  return {
    name: 'idempotency records',
    run: (now) => writer.write(() => slice((limit) => Number(remove.run(now, limit).changes))),
  };
}

/** Removes dead letters over 30 days old, and the oldest of more than `most`. */
export function sweepDeadLetters(db: DatabaseSync, writer: GroupWriter, most: number): UpkeepStep {
  const remove = db.prepare(
    'DELETE FROM dead_letters WHERE id IN (SELECT id FROM dead_letters WHERE id < ? ORDER BY id LIMIT ?)',
  );
  const span = db.prepare('SELECT max(rowid) - min(rowid) + 1 AS span FROM dead_letters');
  const oldestKept = db.prepare('SELECT id FROM dead_letters ORDER BY id DESC LIMIT 1 OFFSET ?');

  /** Ids are ULIDs: they begin with their time and sort by it. */
  function bound(now: number): string {
    const byAge = encodeTime(Math.max(0, now - letterMs));
    // Never more rows than row ids between the first and the last, so the walk to the offset is seldom needed.
    if (Number(span.get()?.span ?? 0) <= most) return byAge;
    const byCount = String(oldestKept.get(most - 1)?.id ?? '');
    return byCount > byAge ? byCount : byAge;
  }

  return {
    name: 'dead letters',
    run: (now) =>
      writer.write(() => {
        const before = bound(now);
        return slice((limit) => Number(remove.run(before, limit).changes));
      }),
  };
}
