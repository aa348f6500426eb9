import type { Bindings } from '../../core/ports.ts';
import type { Items } from './items.ts';
import { type ItemKey, joined } from './names.ts';

const key = (workflow: string): ItemKey => ({ pk: `binding#${joined(workflow)}`, sk: 'binding' });

/** A binding never changes, so one that was seen is kept: events then cost no read for it. */
export function createBindings(items: Items): Bindings {
  const known = new Map<string, string>();
  async function bind(workflow: string, machineArn: string): Promise<string> {
    const stored = await items.get(key(workflow));
    if (stored) return String(stored.machineArn);
    const written = await items.put({ ...key(workflow), machineArn }, { text: 'attribute_not_exists(pk)' });
    return written.type === 'written' ? machineArn : bind(workflow, machineArn);
  }
  return {
    async bind(workflow, machineArn) {
      const bound = known.get(workflow) ?? (await bind(workflow, machineArn));
      known.set(workflow, bound);
      return bound;
    },
  };
}
