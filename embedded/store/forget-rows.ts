import type { DatabaseSync } from 'node:sqlite';
import type { LogKey } from '../../core/ports.ts';

/** Removes what another part keeps in this database about an execution that is forgotten or expires; inside the commit. */
export type AlsoForget = (db: DatabaseSync, key: LogKey) => void;

/**
 * What a forgotten execution leaves elsewhere, removed inside the commit that forgets it (S4): its intake record, the
 * idempotency records that led to it, the dead letters about it (an intake's holds the whole input), and where webhooks
 * stood in its log.
 */
export function createForgetRows(db: DatabaseSync, alsoForget: AlsoForget): (key: LogKey) => void {
  const ofExecution = [
    db.prepare('DELETE FROM intakes WHERE workflow = ? AND id = ?'),
    db.prepare("DELETE FROM idempotency WHERE json ->> '$.workflow' = ? AND json ->> '$.id' = ?"),
    db.prepare("DELETE FROM dead_letters WHERE json ->> '$.key.workflow' = ? AND json ->> '$.key.id' = ?"),
    // By the primary key of each endpoint: there is no index by execution, which every wake would have to keep.
    db.prepare('DELETE FROM deliveries WHERE endpoint_id IN (SELECT id FROM endpoints) AND workflow = ? AND id = ?'),
  ];
  return (key) => {
    for (const statement of ofExecution) statement.run(key.workflow, key.id);
    alsoForget(db, key);
  };
}
