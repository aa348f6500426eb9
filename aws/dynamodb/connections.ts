import type { Connections } from '../../core/ports.ts';
import { unavailable } from '../../core/unavailable.ts';
import {
  audienceItem,
  type Completed,
  connectionItem,
  connectionOf,
  expiringSockets,
  socketKey,
  subscriptionItem,
  subscriptionKey,
  subscriptionOf,
  subscriptionPrefix,
  tombstone,
} from './connection-items.ts';
import { queryIndex } from './index-query.ts';
import type { Items, Stored } from './items.ts';
import { audiencePk, endOfTime, type ItemKey, socketPk } from './names.ts';
import { mergeShards } from './shards.ts';

const absent = { text: 'attribute_not_exists(pk)' };
/** How often one step is tried that others keep overtaking. */
const tries = 5;

/**
 * Sockets and their subscriptions. A subscription is stored twice: with its connection, to count and remove it, and with
 * its audience, where one strongly consistent query finds all (an index would be behind, and updates slip through). No
 * transactions: a client's first messages come all at once, and theirs would be about one item. Instead, who subscribes
 * writes first and looks then whether the connection is still there; who removes a connection removes that first.
 */
export function createConnections(items: Items): Connections {
  async function subscriptionsOf(connectionId: string): Promise<readonly Stored[]> {
    const found: Stored[] = [];
    const query = { KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': socketPk(connectionId) } };
    for await (const item of items.queryAll(query)) found.push(item);
    return found;
  }

  /** True when it is ours now; else what is there instead, in time for a `complete` that came first. */
  async function claim(item: Stored, now: number): Promise<true | 'taken' | 'completed'> {
    for (let n = 0; n < tries; n++) {
      const written = await items.put(item, absent);
      if (written.type === 'written') return true;
      const found = (await items.get(keyOf(item))) as Completed | null;
      if (found?.maker === item.maker) return true;
      if (found?.completedUntil === undefined) {
        if (found) return 'taken';
        continue;
      }
      await items.remove(keyOf(item), { text: 'completedUntil = :at', values: { ':at': found.completedUntil } });
      if (found.completedUntil > now) return 'completed';
    }
    throw overtaken(String(item.pk));
  }

  return {
    async open(connection) {
      const item = connectionItem(connection);
      const written = await items.put(item, absent);
      if (written.type === 'written') return true;
      // The answer to an earlier try was lost: it may be ours already.
      return written.repeated && (await items.get(keyOf(item)))?.maker === item.maker;
    },

    async find(connectionId) {
      const item = await items.get(socketKey(connectionId));
      return item && connectionOf(item);
    },

    async subscribe(subscription, limit, now) {
      const { connectionId } = subscription;
      const own = subscriptionItem(subscription);
      const claimed = await claim(own, now);
      if (claimed !== true) return claimed;
      const listed = audienceItem(subscription);
      await items.put(listed);
      const found = await subscriptionsOf(connectionId);
      const isOpen = found.some(({ sk }) => sk === socketKey(connectionId).sk);
      const open = found.filter((item) => item.sk.startsWith(subscriptionPrefix) && item.completedUntil === undefined);
      const isKept = open.some(({ maker }) => maker === own.maker);
      if (isOpen && isKept && open.length <= limit) return 'subscribed';
      await items.write([], [listed]);
      await items.remove(keyOf(own), { text: 'maker = :maker', values: { ':maker': own.maker } });
      if (!isOpen) return 'gone';
      return isKept ? 'full' : 'completed';
    },

    async complete(connectionId, operationId, rememberUntil) {
      const key = subscriptionKey(connectionId, operationId);
      for (let n = 0; n < tries; n++) {
        const found = await items.get(key);
        const listed = found && listedKey(found);
        if (found && listed) {
          await items.remove(key, { text: 'maker = :maker', values: { ':maker': found.maker } });
          return items.write([], [listed]);
        }
        const noted = await items.put(tombstone(key, rememberUntil), {
          text: 'attribute_not_exists(pk) OR attribute_exists(completedUntil)',
        });
        if (noted.type === 'written') return;
      }
      throw overtaken(connectionId);
    },

    async remove(connectionId) {
      await items.remove(socketKey(connectionId));
      const found = await subscriptionsOf(connectionId);
      // First what updates are posted by; what is left of a removal that breaks off leads to it.
      await items.write(
        [],
        found.flatMap((item) => listedKey(item) ?? []),
      );
      await items.write([], found);
    },

    async *audience(audience, now) {
      const query = {
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': audiencePk(audience) },
      };
      let from: Parameters<Items['query']>[0] = query;
      for (;;) {
        const page = await items.query(from);
        const present = page.items.map(subscriptionOf).filter(({ endsAt }) => endsAt > now);
        if (present.length > 0) yield present;
        if (page.end === null) return;
        from = { ...query, ExclusiveStartKey: page.end };
      }
    },

    async expired(now, limit) {
      const { values } = await mergeShards('ascending', limit, (shard) =>
        queryIndex(items, {
          index: 'due',
          shard: expiringSockets(shard),
          direction: 'ascending',
          after: null,
          until: endOfTime(now),
          limit,
        }),
      );
      const found = await items.getAll(values);
      return found.flatMap((item) => (item ? [connectionOf(item).id] : []));
    },
  };
}

const keyOf = ({ pk, sk }: ItemKey): ItemKey => ({ pk, sk });

/** Where the subscription lies among those of its audience; null for what is none. */
function listedKey({ listedPk: pk, listedSk: sk }: Stored): ItemKey | null {
  return typeof pk === 'string' && typeof sk === 'string' ? { pk, sk } : null;
}

const overtaken = (what: string): Error => unavailable(`${what}: a step was overtaken ${tries} times.`, null);
