import type { IntakeRecord, Intakes, LogKey } from '../../core/ports.ts';
import { idempotencyKey, recordIn } from './idempotency.ts';
import { queryIndex } from './index-query.ts';
import type { Items, Stored } from './items.ts';
import { type ItemKey, intakeSk, joined, logPk, shardOf } from './names.ts';
import { pack, unpackJson } from './pack.ts';
import { decodePageCursor, encodePageCursor } from './page-cursor.ts';
import { mergeShards } from './shards.ts';

const key = (of: LogKey): ItemKey => ({ pk: logPk(of), sk: intakeSk });
const waitingShard = (shard: number): string => `intake#${shard}`;

export function intakeItem(record: IntakeRecord): Stored {
  return {
    ...key(record),
    dueShard: waitingShard(shardOf(logPk(record))),
    dueKey: joined(record.workflow, record.id),
    body: pack(JSON.stringify(record)),
  };
}

const recordOf = (item: Stored): IntakeRecord => unpackJson<IntakeRecord>(item.body);

/** `pending` follows an index: an intake of the last moments may be missing, one that was answered never appears. */
export function createIntakes(items: Items): Intakes {
  return {
    async load(of) {
      const item = await items.get(key(of));
      return item && recordOf(item);
    },
    async pending(cursor, limit) {
      const after = decodePageCursor('intakes', cursor);
      const { values, next } = await mergeShards('ascending', limit, (shard) =>
        queryIndex(items, {
          index: 'due',
          shard: waitingShard(shard),
          direction: 'ascending',
          after,
          limit: limit + 1,
        }),
      );
      const found = await items.getAll(values);
      const records = found.flatMap((item) => (item ? [recordOf(item)] : []));
      return { records, next: next === null ? null : encodePageCursor('intakes', next) };
    },
    async findIdempotent(tenant, name, now) {
      const item = await items.get(idempotencyKey(tenant, name));
      return item && recordIn(item, now);
    },
  };
}
