import type { Head } from '../../core/head.ts';
import { markerMs } from '../../core/limits.ts';
import type { LogKey } from '../../core/ports.ts';
import type { Item, Stored } from './items.ts';
import { headKey, joined, logPk, padTime, shardOf, toSeconds } from './names.ts';
import { pack, unpackJson } from './pack.ts';

/** What conditions, indexes and the stream need of a head stands beside its body. Epochs are stored ones. */
export function headItem(head: Head, formerSeq: number | null): Stored {
  const { workflow, id, version, epoch, seq, goneUntil } = head;
  const endsAt = goneUntil ?? (head.expiresAt === null ? null : head.expiresAt + markerMs);
  return {
    ...headKey(head),
    // Text in JSON, because attributes cannot hold every name that a JavaScript string can.
    name: JSON.stringify([workflow, id]),
    version,
    epoch,
    seq,
    ...(formerSeq === null ? {} : { formerSeq }),
    ...(goneUntil === null ? {} : { gone: true }),
    ...listEntry(head),
    ...dueEntry(head),
    ...expiryEntry(head),
    ...(endsAt === null ? {} : { ttl: toSeconds(endsAt) }),
    body: pack(JSON.stringify(head)),
  };
}

export const headOf = (item: Item): Head => unpackJson<Head>(item.body);

/** There is something to show: it has an update and was not forgotten. */
export const isListed = (head: Head): boolean => head.last !== null && head.goneUntil === null;

export const listShard = (tenant: string, shard: number): string => `tenant#${joined(tenant)}#${shard}`;
export const listKey = ({ epoch, workflow, id }: Head): string => `${epoch}#${joined(workflow, id)}`;

function listEntry(head: Head): Item {
  if (head.last === null || head.tenant === null || !isListed(head)) return {};
  const shard = listShard(head.tenant, shardOf(logPk(head)));
  return { listShard: shard, listKey: listKey(head), status: head.last.status };
}

export const dueHeads = (shard: number): string => `head#${shard}`;
export const timedKey = (ms: number, { workflow, id }: LogKey): string => `${padTime(ms)}#${joined(workflow, id)}`;

function dueEntry(head: Head): Item {
  if (head.dueAt === null) return {};
  return { dueShard: dueHeads(shardOf(logPk(head))), dueKey: timedKey(head.dueAt, head) };
}

export const expiringHeads = (shard: number): string => `expiring#${shard}`;

/** A marker needs no look: TTL removes it when it has had its time. */
function expiryEntry(head: Head): Item {
  if (head.expiresAt === null || head.goneUntil !== null) return {};
  return { expiryShard: expiringHeads(shardOf(logPk(head))), expiryKey: timedKey(head.expiresAt, head) };
}
