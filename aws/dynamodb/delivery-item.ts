import type { Delivery, DeliveryKey } from '../../core/ports.ts';
import type { Generation } from './generation.ts';
import type { Expression, Item } from './items.ts';
import { joined, logPk, padTime, shardOf } from './names.ts';

type Target = DeliveryKey & { readonly tenant: string };

export const dueDeliveries = (shard: number): string => `hook#${shard}`;
export const endpointShard = (endpointId: string, shard: number): string => `cursors#${joined(endpointId)}#${shard}`;

/** A delivery cursor as it is stored. Without a holder it waits for `dueAt`, else for the end of the lease. */
export interface Cursor {
  readonly delivery: Delivery;
  readonly holder: string | null;
  readonly leaseUntil: number;
  /** The earliest wake while somebody held it. */
  readonly wokenAt: number | null;
  /** Who let go last. */
  readonly released: string | null;
}

const numberOrNull = (value: unknown): number | null => (typeof value === 'number' ? value : null);
const textOrNull = (value: unknown): string | null => (typeof value === 'string' ? value : null);

export function cursorOf(item: Item, { shownEpoch }: Pick<Generation, 'shownEpoch'>): Cursor {
  const [endpointId = '', workflow = '', id = '', tenant = ''] = JSON.parse(String(item.name)) as string[];
  return {
    delivery: {
      endpointId,
      workflow,
      id,
      tenant,
      epoch: shownEpoch(String(item.epoch)),
      seq: Number(item.seq),
      sentSeq: numberOrNull(item.sentSeq),
      failures: Number(item.failures),
      failingSince: numberOrNull(item.failingSince),
      dueAt: numberOrNull(item.dueAt),
    },
    holder: textOrNull(item.holder),
    leaseUntil: Number(item.leaseUntil ?? 0),
    wokenAt: numberOrNull(item.wokenAt),
    released: textOrNull(item.released),
  };
}

/** When it is to be looked at: what the index sorts by. */
export const nextLook = ({ delivery, holder, leaseUntil }: Cursor): number | null =>
  holder === null ? delivery.dueAt : leaseUntil;

/** Sort key in the index of what is due; earliest first. */
export function lookKey(at: number, key: DeliveryKey): string {
  return `${padTime(at)}#${joined(key.workflow, key.id, key.endpointId)}`;
}

/** Makes the cursor where there is none, and makes it due. */
export function wakeChange(target: Target, at: number): Expression {
  const { endpointId, workflow, id, tenant } = target;
  const shard = shardOf(logPk(target));
  return {
    text: `SET dueAt = :at, dueShard = :dueShard, dueKey = :dueKey, #name = :name, listShard = :listShard,
      listKey = :listKey, epoch = if_not_exists(epoch, :none), seq = if_not_exists(seq, :zero),
      failures = if_not_exists(failures, :zero)`,
    names: { '#name': 'name' },
    values: {
      ':at': at,
      ':dueShard': dueDeliveries(shard),
      ':dueKey': lookKey(at, target),
      ':name': JSON.stringify([endpointId, workflow, id, tenant]),
      ':listShard': endpointShard(endpointId, shard),
      ':listKey': joined(workflow, id),
      ':none': '',
      ':zero': 0,
    },
  };
}

/** The progress, with what else is set. Epochs are stored ones. */
export function progressChange(delivery: Delivery, epoch: string, sets: Item, removes: readonly string[]): Expression {
  const { seq, sentSeq, failures, failingSince } = delivery;
  const all: Item = { epoch, seq, sentSeq, failures, failingSince, ...sets };
  const names = Object.keys(all);
  const text = `SET ${names.map((name) => `${name} = :${name}`).join(', ')}`;
  return {
    text: removes.length === 0 ? text : `${text} REMOVE ${removes.join(', ')}`,
    values: Object.fromEntries(names.map((name) => [`:${name}`, all[name]])),
  };
}
