import type { DatabaseSync } from 'node:sqlite';
import type { IdempotencyRecord, IntakeRecord, Intakes, LogKey } from '../../core/ports.ts';
import { decodePageCursor, encodePageCursor } from './page-cursor.ts';

/** What `Log.commit` writes inside its transaction. */
export interface IntakeRows {
  put(record: IntakeRecord): void;
  remove(key: LogKey): void;
  /** An unexpired record holds this key: of two requests under it at once, the other was first (S26). */
  holds(record: IdempotencyRecord): boolean;
  putIdempotent(record: IdempotencyRecord): void;
}

export function createIntakes(
  db: DatabaseSync,
  now: () => number,
): { readonly port: Intakes; readonly rows: IntakeRows } {
  const select = db.prepare('SELECT json FROM intakes WHERE workflow = ? AND id = ?');
  const selectAfter = db.prepare(`
    SELECT json FROM intakes WHERE (workflow, id) > (?, ?) ORDER BY workflow, id LIMIT ?`);
  const put = db.prepare('INSERT OR REPLACE INTO intakes (workflow, id, json) VALUES (?, ?, ?)');
  const remove = db.prepare('DELETE FROM intakes WHERE workflow = ? AND id = ?');
  const selectIdempotent = db.prepare(
    'SELECT json FROM idempotency WHERE tenant = ? AND idempotency_key = ? AND expires_at > ?',
  );
  const putIdempotent = db.prepare(
    'INSERT OR REPLACE INTO idempotency (tenant, idempotency_key, expires_at, json) VALUES (?, ?, ?, ?)',
  );
  // Two go for each one that comes, so the table holds about a day's worth and no commit ever has much to clear.
  const sweepIdempotent = db.prepare(
    'DELETE FROM idempotency WHERE rowid IN (SELECT rowid FROM idempotency WHERE expires_at <= ? LIMIT 2)',
  );

  function findIdempotent(tenant: string, idempotencyKey: string, at: number): IdempotencyRecord | null {
    const row = selectIdempotent.get(tenant, idempotencyKey, at) as { json: string } | undefined;
    return row ? JSON.parse(row.json) : null;
  }

  return {
    port: {
      async load({ workflow, id }) {
        const row = select.get(workflow, id) as { json: string } | undefined;
        return row ? JSON.parse(row.json) : null;
      },
      async pending(cursor, limit) {
        const from = decodePageCursor(cursor, ['', ''] as const);
        const rows = selectAfter.all(...from, limit + 1) as { json: string }[];
        const records = rows.slice(0, limit).map(({ json }) => JSON.parse(json) as IntakeRecord);
        const end = rows.length > limit ? records.at(-1) : undefined;
        return { records, next: end ? encodePageCursor([end.workflow, end.id]) : null };
      },
      async findIdempotent(tenant, idempotencyKey, at) {
        return findIdempotent(tenant, idempotencyKey, at);
      },
    },
    rows: {
      put: (record) => void put.run(record.workflow, record.id, JSON.stringify(record)),
      remove: ({ workflow, id }) => void remove.run(workflow, id),
      holds: ({ tenant, idempotencyKey }) => findIdempotent(tenant, idempotencyKey, now()) !== null,
      putIdempotent(record) {
        sweepIdempotent.run(now());
        putIdempotent.run(record.tenant, record.idempotencyKey, record.expiresAt, JSON.stringify(record));
      },
    },
  };
}
