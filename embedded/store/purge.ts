import type { DatabaseSync } from 'node:sqlite';
import type { LogKey } from '../../core/ports.ts';

/** Logs cleared in one transaction, so that it stays short. */
const logsAtOnce = 100;

export interface Purge {
  /** Of this log, updates numbered up to `n` of another epoch than this go once the outbox has passed `n`. */
  plan(n: number, key: LogKey, epoch: string): void;
  /** Removes what is planned up to `mark`; true when it stopped before the end. */
  upTo(mark: number): boolean;
}

/** Removes updates of logs that a new run replaced or that were forgotten; never before they were delivered. */
export function createPurge(db: DatabaseSync): Purge {
  const insert = db.prepare('INSERT INTO superseded (n, workflow, id, epoch) VALUES (?, ?, ?, ?)');
  const select = db.prepare('SELECT rowid, n, workflow, id, epoch FROM superseded WHERE n <= ? ORDER BY n LIMIT ?');
  const removeUpdates = db.prepare('DELETE FROM updates WHERE workflow = ? AND id = ? AND epoch <> ? AND n <= ?');
  const remove = db.prepare('DELETE FROM superseded WHERE rowid = ?');
  return {
    plan: (n, { workflow, id }, epoch) => void insert.run(n, workflow, id, epoch),
    upTo(mark) {
      const rows = select.all(mark, logsAtOnce) as {
        rowid: number;
        n: number;
        workflow: string;
        id: string;
        epoch: string;
      }[];
      for (const { rowid, n, workflow, id, epoch } of rows) {
        removeUpdates.run(workflow, id, epoch, n);
        remove.run(rowid);
      }
      return rows.length === logsAtOnce;
    },
  };
}
