import type { DatabaseSync } from 'node:sqlite';
import type { Head } from '../../core/head.ts';
import type { LogKey } from '../../core/ports.ts';

/** What is stored of a head besides its JSON, for conditions and indexes. */
export interface HeadRow {
  readonly version: number;
  readonly epoch: string;
  readonly seq: number;
  readonly tenant: string | null;
  readonly status: string | null;
  readonly listed: number;
  readonly due_at: number | null;
  /** When the log expires or, of a marker, when nothing of the run is remembered any more. */
  readonly purge_at: number | null;
}

export interface HeadRows {
  get(key: LogKey): HeadRow | null;
  /** `before` is what `get` answered in the same transaction. Answers the characters of JSON that were stored. */
  put(head: Head, before: HeadRow | null): number;
}

export function createHeadRows(db: DatabaseSync): HeadRows {
  const select = db.prepare(
    'SELECT version, epoch, seq, tenant, status, listed, due_at, purge_at FROM heads WHERE workflow = ? AND id = ?',
  );
  const upsert = db.prepare(`
    INSERT INTO heads (version, epoch, seq, tenant, status, listed, due_at, purge_at, expires_at, json, workflow, id)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET version = excluded.version, epoch = excluded.epoch, seq = excluded.seq,
      tenant = excluded.tenant, status = excluded.status, listed = excluded.listed, due_at = excluded.due_at,
      purge_at = excluded.purge_at, expires_at = excluded.expires_at, json = excluded.json`);
  // SQLite rewrites the indexes of every column that an UPDATE names, changed or not; most updates change none of them.
  const updateUnindexed = db.prepare(
    'UPDATE heads SET version = ?, seq = ?, expires_at = ?, json = ? WHERE workflow = ? AND id = ?',
  );
  return {
    get: ({ workflow, id }) => (select.get(workflow, id) as HeadRow | undefined) ?? null,
    put(head, before) {
      const { version, epoch, seq, tenant, status, listed, due_at, purge_at } = toRow(head);
      const { workflow, id, expiresAt } = head;
      const json = JSON.stringify(head);
      if (
        before?.epoch === epoch &&
        before.tenant === tenant &&
        before.status === status &&
        before.listed === listed &&
        before.due_at === due_at &&
        before.purge_at === purge_at
      ) {
        updateUnindexed.run(version, seq, expiresAt, json, workflow, id);
      } else {
        upsert.run(version, epoch, seq, tenant, status, listed, due_at, purge_at, expiresAt, json, workflow, id);
      }
      return json.length;
    },
  };
}

/** The columns that follow from the head. */
export function toRow({ version, epoch, seq, tenant, last, goneUntil, dueAt, expiresAt }: Head): HeadRow {
  const listed = last !== null && goneUntil === null ? 1 : 0;
  const purge_at = goneUntil ?? expiresAt;
  return { version, epoch, seq, tenant, status: last?.status ?? null, listed, due_at: dueAt, purge_at };
}
