import type { DatabaseSync } from 'node:sqlite';
import type { Endpoints } from '../../core/ports.ts';
import type { Endpoint } from '../../core/webhook.ts';
import type { Outbox } from './outbox.ts';
import type { Writer } from './writer.ts';

/** `after_n` is where an endpoint was registered in the order of commit: what comes later is owed to it (S31). */
export function createEndpoints(db: DatabaseSync, writer: Writer, outbox: Pick<Outbox, 'last'>): Endpoints {
  const select = db.prepare('SELECT json FROM endpoints WHERE tenant = ? AND id = ?');
  const selectOf = db.prepare(
    'SELECT json FROM endpoints WHERE tenant IN (SELECT value FROM json_each(?)) ORDER BY tenant, id',
  );
  const put = db.prepare(`
    INSERT INTO endpoints (tenant, id, json, after_n) VALUES (?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET json = excluded.json`);
  const remove = db.prepare('DELETE FROM endpoints WHERE tenant = ? AND id = ?');

  async function of(tenants: readonly string[]): Promise<readonly Endpoint[]> {
    const rows = selectOf.all(JSON.stringify(tenants)) as { json: string }[];
    return rows.map(({ json }) => JSON.parse(json) as Endpoint);
  }

  return {
    byPosition: true,
    async put(endpoint) {
      await writer.write(() => put.run(endpoint.tenant, endpoint.id, JSON.stringify(endpoint), outbox.last()));
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
