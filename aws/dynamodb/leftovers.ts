import type { LogKey } from '../../core/ports.ts';
import { isOf } from './idempotency.ts';
import type { Items, Stored } from './items.ts';
import { atOnce } from './lanes.ts';
import { letterKey } from './letter-key.ts';
import {
  deliveryPrefix,
  type ItemKey,
  idempotencyPrefix,
  intakeSk,
  leftoverPrefix,
  letterPrefix,
  logPk,
} from './names.ts';

/** Removes what lies with an execution besides its head. Both may be repeated. Epochs are stored ones. */
export interface Leftovers {
  /** What a forgotten execution leaves: idempotency records, dead letters, delivery cursors up to this epoch (S4). */
  clear(key: LogKey, epoch: string): Promise<void>;
  /** The updates of one epoch. Only after they were told. */
  clearUpdates(key: LogKey, epoch: string): Promise<void>;
}

export function createLeftovers(items: Items): Leftovers {
  const under = (key: LogKey, prefix: string) => ({
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
    ExpressionAttributeValues: { ':pk': logPk(key), ':prefix': prefix },
  });

  return {
    async clear(key, epoch) {
      const found = await collect(items.queryAll(under(key, leftoverPrefix)));
      const records: ItemKey[] = [];
      const removals: ItemKey[] = [];
      for (const item of found) {
        // The commit itself removed the intake; one that is there now is another run's, and so is a later cursor.
        if (item.sk === intakeSk || isLater(item, epoch)) continue;
        if (item.sk.startsWith(idempotencyPrefix)) records.push({ pk: String(item.target), sk: 'idem' });
        if (item.sk.startsWith(letterPrefix)) removals.push(letterKey(String(item.letter)));
        removals.push(item);
      }
      await atOnce(records, 16, (record) => items.remove(record, isOf(key)));
      await items.write([], removals);
    },

    async clearUpdates(key, epoch) {
      const query = { ...under(key, `u#${epoch}#`), ProjectionExpression: 'pk, sk' };
      await items.write([], await collect(items.queryAll(query)));
    },
  };
}

function isLater(item: Stored, epoch: string): boolean {
  return item.sk.startsWith(deliveryPrefix) && String(item.epoch) > epoch;
}

async function collect(found: AsyncIterable<Stored>): Promise<readonly Stored[]> {
  const all: Stored[] = [];
  for await (const item of found) all.push(item);
  return all;
}
