import type { Update } from '../../core/contract.ts';
import type { Item, Stored } from './items.ts';
import { updateSk } from './names.ts';
import { pack, unpack } from './pack.ts';

/** JSON bytes of one item before compression: even where nothing can be compressed, under an item's 400 KB. */
const maxBytes = 256 * 1024;

/**
 * The updates of one change, as few items as possible: what is committed together is stored together, under the seq of
 * the last of them. So a batch costs little more than one update, and a change of 99 with its intake and idempotency
 * records stays below the 100 items of a transaction. Never two epochs in one item. Epochs are stored ones.
 */
export function updateItems(pk: string, updates: readonly Update[]): readonly Stored[] {
  const items: Stored[] = [];
  let lines: string[] = [];
  let bytes = 0;
  updates.forEach((update, index) => {
    const line = JSON.stringify(update);
    lines.push(line);
    bytes += Buffer.byteLength(line) + 1;
    const next = updates[index + 1];
    if (next?.epoch === update.epoch && bytes + Buffer.byteLength(JSON.stringify(next)) < maxBytes) return;
    items.push({ pk, sk: updateSk(update.epoch, update.seq), body: pack(lines.join('\n')) });
    lines = [];
    bytes = 0;
  });
  return items;
}

/** JSON text of each update in an item, ascending. JSON has no line breaks of its own. */
export function updateLines(item: Item): readonly string[] {
  return unpack(item.body).split('\n');
}
