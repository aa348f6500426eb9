import type { DeadLetter, DeadLetters } from '../../core/ports.ts';
import type { Item, Items, Stored } from './items.ts';
import { letterKey, letterPk } from './letter-key.ts';
import { type ItemKey, joined, letterPrefix, logPk, toSeconds } from './names.ts';
import { pack, unpackJson } from './pack.ts';
import { decodePageCursor, encodePageCursor } from './page-cursor.ts';
import { mergeShards } from './shards.ts';

/** As long as the logs that they may belong to (S4). */
const keptMs = 30 * 24 * 60 * 60 * 1000;

const letterOf = (item: Item): DeadLetter => unpackJson<DeadLetter>(item.body);

/** Lies with the execution, so that forgetting it finds the letter, which may hold an input. */
function pointerKey({ id, key }: DeadLetter): ItemKey | null {
  return key && { pk: logPk(key), sk: `${letterPrefix}${joined(id)}` };
}

export function createDeadLetters(items: Items): DeadLetters {
  return {
    async add(letters) {
      const pointers: Stored[] = [];
      const bodies = letters.map((letter) => {
        const ttl = toSeconds(letter.at + keptMs);
        const pointer = pointerKey(letter);
        if (pointer) pointers.push({ ...pointer, letter: letter.id, ttl });
        return { ...letterKey(letter.id), ttl, body: pack(JSON.stringify(letter)) };
      });
      // First what leads to them: a letter that forgetting cannot find must not be.
      await items.write(pointers, []);
      await items.write(bodies, []);
    },

    async list(cursor, limit) {
      const after = decodePageCursor('letters', cursor);
      const { values, next } = await mergeShards('descending', limit, async (shard) => {
        const { items: found, end } = await items.query({
          KeyConditionExpression: after === null ? 'pk = :pk' : 'pk = :pk AND sk < :after',
          ExpressionAttributeValues: { ':pk': letterPk(shard), ...(after === null ? {} : { ':after': after }) },
          ScanIndexForward: false,
          Limit: limit + 1,
        });
        const entries = found.map((value) => ({ key: value.sk, value }));
        return { entries, lookedTo: end === null ? null : String(end.sk) };
      });
      return { letters: values.map(letterOf), next: next === null ? null : encodePageCursor('letters', next) };
    },

    async get(id) {
      const item = await items.get(letterKey(id));
      return item && letterOf(item);
    },

    async remove(id) {
      const outcome = await items.remove(letterKey(id));
      const pointer = outcome.type === 'written' && outcome.item ? pointerKey(letterOf(outcome.item)) : null;
      if (pointer) await items.remove(pointer);
    },
  };
}
