import { randomUUID } from 'node:crypto';
import type { Connection, Subscription } from '../../core/ports.ts';
import type { Item, Stored } from './items.ts';
import { audiencePk, type ItemKey, joined, padTime, shardOf, socketPk, toSeconds } from './names.ts';
import { pack, unpackJson } from './pack.ts';

export const subscriptionPrefix = 'sub#';

export const socketKey = (connectionId: string): ItemKey => ({ pk: socketPk(connectionId), sk: 'socket' });

export const subscriptionKey = (connectionId: string, operationId: string): ItemKey => ({
  pk: socketPk(connectionId),
  sk: `${subscriptionPrefix}${joined(operationId)}`,
});

export const expiringSockets = (shard: number): string => `socket#${shard}`;

/** `maker` tells a write whose answer was lost from another's of the same key. */
export function connectionItem(connection: Connection): Stored & { readonly maker: string } {
  const { id, caller, endsAt } = connection;
  const key = socketKey(id);
  return {
    ...key,
    maker: randomUUID(),
    // Only tokens expire: keys need no entry.
    ...(caller.type === 'token'
      ? {
          dueShard: expiringSockets(shardOf(key.pk)),
          dueKey: `${padTime(caller.expiresAt)}#${joined(id)}`,
        }
      : {}),
    ttl: toSeconds(endsAt),
    body: pack(JSON.stringify(connection)),
  };
}

export const connectionOf = (item: Item): Connection => unpackJson<Connection>(item.body);

/** The subscription among those of its audience: what a push reads. */
export function audienceItem(subscription: Subscription): Stored {
  const { connectionId, operationId, audience, endsAt } = subscription;
  return {
    pk: audiencePk(audience),
    sk: joined(connectionId, operationId),
    ttl: toSeconds(endsAt),
    body: pack(JSON.stringify(subscription)),
  };
}

export const subscriptionOf = (item: Item): Subscription => unpackJson<Subscription>(item.body);

/** The subscription among those of its connection: leads to the other. */
export function subscriptionItem(subscription: Subscription): Stored & { readonly maker: string } {
  const { connectionId, operationId, endsAt } = subscription;
  const { pk: listedPk, sk: listedSk } = audienceItem(subscription);
  return {
    ...subscriptionKey(connectionId, operationId),
    maker: randomUUID(),
    listedPk,
    listedSk,
    ttl: toSeconds(endsAt),
  };
}

/** A `complete` that may have come before its `subscribe`. */
export interface Completed extends Stored {
  readonly completedUntil?: number;
}

export const tombstone = (key: ItemKey, completedUntil: number): Completed => ({
  ...key,
  completedUntil,
  ttl: toSeconds(completedUntil),
});
