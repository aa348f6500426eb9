import type { Bindings } from '../../core/ports.ts';
import { type Items, removed } from './items.ts';
import { type ItemKey, joined } from './names.ts';

const pk = 'bindings';
const key = (workflow: string): ItemKey => ({ pk, sk: joined(workflow) });

/** How long a binding that was seen is taken for true: events cost no read for it, and one that is undone ends everywhere. */
const keptMs = 60_000;

/** All under one partition key: there are as many as state machines. */
export function createBindings(items: Items, now: () => number): Bindings {
  const known = new Map<string, { readonly machineArn: string; readonly until: number }>();
  const keep = (workflow: string, machineArn: string): string => {
    known.set(workflow, { machineArn, until: now() + keptMs });
    return machineArn;
  };

  async function find(workflow: string): Promise<string | null> {
    const seen = known.get(workflow);
    if (seen !== undefined && now() < seen.until) return seen.machineArn;
    const stored = await items.get(key(workflow));
    return stored ? keep(workflow, String(stored.machineArn)) : null;
  }

  async function bind(workflow: string, machineArn: string): Promise<string> {
    const bound = await find(workflow);
    if (bound !== null) return bound;
    const item = { ...key(workflow), workflow, machineArn };
    const written = await items.put(item, { text: 'attribute_not_exists(pk)' });
    return written.type === 'written' ? keep(workflow, machineArn) : bind(workflow, machineArn);
  }

  return {
    find,
    bind,
    async list(after, limit) {
      const { items: found } = await items.query({
        KeyConditionExpression: after === null ? 'pk = :pk' : 'pk = :pk AND sk > :after',
        ExpressionAttributeValues: { ':pk': pk, ...(after === null ? {} : { ':after': joined(after) }) },
        Limit: limit + 1,
      });
      const bindings = found
        .slice(0, limit)
        .map(({ workflow, machineArn }) => ({ workflow: String(workflow), machineArn: String(machineArn) }));
      return { bindings, next: found.length > limit ? (bindings.at(-1)?.workflow ?? null) : null };
    },
    unbind(workflow) {
      known.delete(workflow);
      return removed(items, key(workflow));
    },
  };
}
