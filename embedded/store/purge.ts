import type { DatabaseSync } from 'node:sqlite';
import type { LogKey } from '../../core/ports.ts';
import { type Slice, slice } from './slice.ts';

export interface Purge {
  /** Of this log, updates numbered up to `n` of another epoch than this go once the outbox has passed `n`. */
  plan(n: number, key: LogKey, epoch: string): void;
  /** Is anything planned, now or for later? */
  isPlanned(): boolean;
  /** Removes some of what is planned up to `mark`. */
  upTo(mark: number): Slice;
}

interface Planned {
  readonly rowid: number;
  readonly n: number;
  readonly workflow: string;
  readonly id: string;
  readonly epoch: string;
}

/** Removes updates of logs that a new run replaced, that expired, or that were forgotten; never before delivery. */
export function createPurge(db: DatabaseSync): Purge {
  const insert = db.prepare('INSERT INTO superseded (n, workflow, id, epoch) VALUES (?, ?, ?, ?)');
  const select = db.prepare('SELECT rowid, n, workflow, id, epoch FROM superseded WHERE n <= ? ORDER BY n LIMIT 1');
  const selectAny = db.prepare('SELECT 1 FROM superseded LIMIT 1');
  const removeUpdates = db.prepare(`
    DELETE FROM updates WHERE n IN (
      SELECT n FROM updates WHERE workflow = ? AND id = ? AND epoch <> ? AND n <= ? LIMIT ?)`);
  const remove = db.prepare('DELETE FROM superseded WHERE rowid = ?');

  /** Clears `limit` rows over however many logs; a log that is cleared counts as a row, too. */
  function clear(mark: number, limit: number): number {
    let cleared = 0;
    while (cleared < limit) {
      const planned = select.get(mark) as Planned | undefined;
      if (!planned) break;
      const { rowid, n, workflow, id, epoch } = planned;
      const room = limit - cleared;
      const removed = Number(removeUpdates.run(workflow, id, epoch, n, room).changes);
      cleared += removed;
      if (removed === room) break;
      remove.run(rowid);
      cleared += 1;
    }
    return cleared;
  }

  return {
    plan: (n, { workflow, id }, epoch) => void insert.run(n, workflow, id, epoch),
    isPlanned: () => selectAny.get() !== undefined,
    upTo: (mark) => slice((limit) => clear(mark, limit)),
  };
}
