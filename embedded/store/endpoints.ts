import type { DatabaseSync } from 'node:sqlite';
import type { Endpoints } from '../../core/ports.ts';
import type { Endpoint } from '../../core/webhook.ts';
import type { Writer } from './writer.ts';

export function createEndpoints(db: DatabaseSync, writer: Writer): Endpoints {
  const select = db.prepare('SELECT json FROM endpoints WHERE tenant = ? AND id = ?');
  const selectOf = db.prepare(
    'SELECT json FROM endpoints WHERE tenant IN (SELECT value FROM json_each(?)) ORDER BY tenant, id',
  );
  const put = db.prepare('INSERT OR REPLACE INTO endpoints (tenant, id, json) VALUES (?, ?, ?)');
  const remove = db.prepare('DELETE FROM endpoints WHERE tenant = ? AND id = ?');

  async function of(tenants: readonly string[]): Promise<readonly Endpoint[]> {
    const rows = selectOf.all(JSON.stringify(tenants)) as { json: string }[];
    return rows.map(({ json }) => JSON.parse(json) as Endpoint);
  }

  return {
    async put(endpoint) {
      await writer.write(() => put.run(endpoint.tenant, endpoint.id, JSON.stringify(endpoint)));
    },
    async get(tenant, id) {
      const row = select.get(tenant, id) as { json: string } | undefined;
      return row ? JSON.parse(row.json) : null;
    },
    list: (tenant) => of([tenant]),
    remove: (tenant, id) => writer.write(() => remove.run(tenant, id).changes === 1),
    of,
  };
}
