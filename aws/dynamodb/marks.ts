import type { Marks } from '../../handlers/reconcile/marks.ts';
import type { Items } from './items.ts';
import { type ItemKey, joined } from './names.ts';

const key = (name: string): ItemKey => ({ pk: `mark#${joined(name)}`, sk: 'mark' });

/** The last one written counts; only the reconciler writes them. */
export function createMarks(items: Items): Marks {
  return {
    async get(name) {
      const item = await items.get(key(name));
      return item ? String(item.body) : null;
    },
    async put(name, text) {
      await items.put({ ...key(name), body: text });
    },
  };
}
