import { randomUUID } from 'node:crypto';
import type { Claim, Deliveries, Delivery, DeliveryKey } from '../../core/ports.ts';
import { unavailable } from '../../core/unavailable.ts';
import {
  type Cursor,
  cursorOf,
  dueDeliveries,
  endpointShard,
  lookKey,
  nextLook,
  progressChange,
  wakeChange,
} from './delivery-item.ts';
import type { Generation } from './generation.ts';
import { queryIndex } from './index-query.ts';
import type { Expression, Items } from './items.ts';
import { atOnce } from './lanes.ts';
import { deliveryKey, endOfTime } from './names.ts';
import { mergeShards } from './shards.ts';
import { shards } from './table.ts';

type Target = DeliveryKey & { readonly tenant: string };

/** Wakes under way at once; and how often one is tried that others keep overtaking. */
const width = 32;
const tries = 20;

/** Idle, or due later for no failure's sake. */
const mayWake = (at: number): Expression => ({
  text: 'attribute_not_exists(holder) AND (attribute_not_exists(dueAt) OR (failures = :zero AND dueAt > :at))',
  values: { ':zero': 0, ':at': at },
});

const held = (token: string, and = ''): Expression => ({
  text: `holder = :token${and}`,
  values: { ':token': token },
});

/**
 * Delivery cursors as items under their execution, so that they go with it; each step is one conditional write. `due` and
 * `nextDue` follow an index, `claim` decides.
 */
export function createDeliveries(items: Items, generation: Generation): Deliveries {
  const { storedEpoch } = generation;

  async function load(key: DeliveryKey): Promise<Cursor | null> {
    const item = await items.get(deliveryKey(key));
    return item && cursorOf(item, generation);
  }

  async function wake(target: Target, at: number): Promise<void> {
    for (let n = 0; n < tries; n++) {
      const woken = await items.update(deliveryKey(target), wakeChange(target, at), mayWake(at));
      if (woken.type === 'written') return;
      const cursor = await load(target);
      if (!cursor) continue;
      if (cursor.holder === null) {
        if (!canWake(cursor.delivery, at)) return;
        continue;
      }
      if (cursor.wokenAt !== null && cursor.wokenAt <= at) return;
      // The holder is told: its release leaves the cursor due.
      const note = { text: 'SET wokenAt = :at', values: { ':at': at } };
      const noted = await items.update(deliveryKey(target), note, held(cursor.holder));
      if (noted.type === 'written') return;
    }
    throw unavailable(`${target.workflow}/${target.id}: a wake was overtaken ${tries} times.`, null);
  }

  /** Lets go with this outcome, unless it was woken meanwhile: then the condition fails, and it is due then. */
  async function letGo({ delivery: key, token }: Claim, delivery: Delivery, wokenAt: number | null) {
    const at = dueAfter(delivery, wokenAt);
    const removes = ['holder', 'leaseUntil', 'wokenAt', ...(at === null ? ['dueAt', 'dueShard', 'dueKey'] : [])];
    const sets = { released: token, ...(at === null ? {} : { dueAt: at, dueKey: lookKey(at, key) }) };
    const change = progressChange(delivery, storedEpoch(delivery.epoch), sets, removes);
    const same = wokenAt === null ? ' AND attribute_not_exists(wokenAt)' : ' AND wokenAt = :wokenAt';
    const condition = held(token, same);
    const values = wokenAt === null ? {} : { ':wokenAt': wokenAt };
    return items.update(deliveryKey(key), change, { ...condition, values: { ...condition.values, ...values } });
  }

  return {
    async wake(targets, at) {
      await atOnce(targets, width, (target) => wake(target, at));
    },

    async due(now, limit) {
      const { values } = await mergeShards('ascending', limit, (shard) =>
        queryIndex(items, {
          index: 'due',
          shard: dueDeliveries(shard),
          direction: 'ascending',
          after: null,
          until: endOfTime(now),
          limit,
        }),
      );
      const found = await items.getAll(values);
      return found.flatMap((item) => {
        const cursor = item && cursorOf(item, generation);
        const at = cursor ? nextLook(cursor) : null;
        if (!cursor || at === null || at > now) return [];
        const { endpointId, workflow, id } = cursor.delivery;
        return [{ endpointId, workflow, id }];
      });
    },

    async nextDue() {
      const first = { index: 'due', direction: 'ascending', after: null, limit: 1 } as const;
      const { values } = await mergeShards('ascending', 1, (shard) =>
        queryIndex(items, { ...first, shard: dueDeliveries(shard) }),
      );
      const [entry] = values;
      return entry ? Number.parseInt(String(entry.dueKey), 10) : null;
    },

    async claim(key, now, leaseUntil) {
      const token = randomUUID();
      const taken = await items.update(
        deliveryKey(key),
        {
          text: 'SET holder = :token, leaseUntil = :until, dueKey = :dueKey REMOVE wokenAt',
          values: { ':token': token, ':until': leaseUntil, ':dueKey': lookKey(leaseUntil, key) },
        },
        { text: 'dueAt <= :now AND (attribute_not_exists(holder) OR leaseUntil <= :now)', values: { ':now': now } },
      );
      if (taken.type === 'written' && taken.item) {
        return { delivery: cursorOf(taken.item, generation).delivery, leaseUntil, token };
      }
      if (taken.type === 'written' || !taken.repeated) return null;
      // The answer to an earlier try was lost: it may be ours already.
      const cursor = await load(key);
      return cursor?.holder === token ? { delivery: cursor.delivery, leaseUntil, token } : null;
    },

    async advance({ delivery: key, token }, delivery, leaseUntil) {
      const sets = { leaseUntil, dueKey: lookKey(leaseUntil, key) };
      const change = progressChange(delivery, storedEpoch(delivery.epoch), sets, []);
      return (await items.update(deliveryKey(key), change, held(token))).type === 'written';
    },

    async release(claim, delivery) {
      let wokenAt: number | null = null;
      for (let n = 0; n < tries; n++) {
        const outcome = await letGo(claim, delivery, wokenAt);
        if (outcome.type === 'written') return true;
        const cursor = await load(claim.delivery);
        if (cursor?.holder !== claim.token) return outcome.repeated && cursor?.released === claim.token;
        wokenAt = cursor.wokenAt;
      }
      throw unavailable(`${claim.delivery.workflow}/${claim.delivery.id}: a release was overtaken.`, null);
    },

    async removeEndpoint(endpointId) {
      const shardNumbers = Array.from({ length: shards }, (_, shard) => shard);
      await atOnce(shardNumbers, shards, async (shard) => {
        const query = { index: 'listed', direction: 'ascending', limit: 1_000 } as const;
        for (let after: string | null = null; ; ) {
          const partition = endpointShard(endpointId, shard);
          const page = await queryIndex(items, { ...query, after, shard: partition });
          await items.write(
            [],
            page.entries.map(({ value }) => value),
          );
          after = page.lookedTo;
          if (after === null) return;
        }
      });
    },
  };
}

/** What `mayWake` says, of a cursor that nobody holds. */
function canWake({ dueAt, failures }: Delivery, at: number): boolean {
  return dueAt === null || (failures === 0 && dueAt > at);
}

/** A wake during the claim counts like one after it: due then, unless the cursor waits after failures. */
function dueAfter(outcome: Delivery, wokenAt: number | null): number | null {
  if (wokenAt === null) return outcome.dueAt;
  return canWake(outcome, wokenAt) ? wokenAt : outcome.dueAt;
}
