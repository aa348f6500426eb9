import type { DatabaseSync } from 'node:sqlite';
import type { ApiKeyRecord } from '../../core/access.ts';
import type { Keys } from '../../core/ports.ts';
import type { Writer } from './writer.ts';

export function createKeys(db: DatabaseSync, writer: Writer): Keys {
  const select = db.prepare('SELECT json FROM keys WHERE id = ?');
  const selectAll = db.prepare('SELECT json FROM keys ORDER BY created_at, id');
  const selectOfTenant = db.prepare('SELECT json FROM keys WHERE tenant = ? ORDER BY created_at, id');
  const put = db.prepare('INSERT OR REPLACE INTO keys (id, tenant, created_at, json) VALUES (?, ?, ?, ?)');
  const remove = db.prepare('DELETE FROM keys WHERE id = ?');
  return {
    async find(id) {
      const row = select.get(id) as { json: string } | undefined;
      return row ? JSON.parse(row.json) : null;
    },
    async put(record) {
      await writer.write(() => put.run(record.id, record.tenant, record.createdAt, JSON.stringify(record)));
    },
    async list(tenant) {
      const rows = tenant === null ? selectAll.all() : selectOfTenant.all(tenant);
      return (rows as { json: string }[]).map(({ json }) => JSON.parse(json) as ApiKeyRecord);
    },
    remove: (id) => writer.write(() => remove.run(id).changes === 1),
  };
}
