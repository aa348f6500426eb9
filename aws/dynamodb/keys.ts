import type { ApiKeyRecord } from '../../core/access.ts';
import type { Keys } from '../../core/ports.ts';
import { all, type Items, removed } from './items.ts';
import { type ItemKey, joined } from './names.ts';

const pk = 'keys';
const key = (id: string): ItemKey => ({ pk, sk: joined(id) });

/** All under one partition key: they are few, and verifiers keep what they found for a while. */
export function createKeys(items: Items): Keys {
  return {
    async find(id) {
      const item = await items.get(key(id));
      return item && (JSON.parse(String(item.body)) as ApiKeyRecord);
    },
    async put(record) {
      await items.put({ ...key(record.id), body: JSON.stringify(record) });
    },
    async list(tenant) {
      const found = await all(items, pk);
      return found
        .map(({ body }) => JSON.parse(String(body)) as ApiKeyRecord)
        .filter((record) => tenant === null || record.tenant === tenant)
        .sort((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1));
    },
    remove: (id) => removed(items, key(id)),
  };
}
