import type { Endpoints } from '../../core/ports.ts';
import type { Endpoint } from '../../core/webhook.ts';
import { all, type Items, removed, type Stored } from './items.ts';
import { atOnce } from './lanes.ts';
import { type ItemKey, joined } from './names.ts';

const partition = (tenant: string): string => `endpoints#${joined(tenant)}`;
const key = (tenant: string, id: string): ItemKey => ({ pk: partition(tenant), sk: joined(id) });
const endpointOf = (item: Stored): Endpoint => JSON.parse(String(item.body)) as Endpoint;

/** A tenant's endpoints lie together, so that one strongly consistent query answers all that were acknowledged (S31). */
export function createEndpoints(items: Items): Endpoints {
  const list = async (tenant: string): Promise<readonly Endpoint[]> =>
    (await all(items, partition(tenant))).map(endpointOf);

  return {
    async put(endpoint) {
      await items.put({ ...key(endpoint.tenant, endpoint.id), body: JSON.stringify(endpoint) });
    },
    async get(tenant, id) {
      const item = await items.get(key(tenant, id));
      return item && endpointOf(item);
    },
    list,
    remove: (tenant, id) => removed(items, key(tenant, id)),
    of: async (tenants) => (await atOnce([...new Set(tenants)], 16, list)).flat(),
  };
}
