import type { IdempotencyRecord, LogKey } from '../../core/ports.ts';
import type { Expression, Item, Stored } from './items.ts';
import { type ItemKey, idempotencyPrefix, joined, logPk, toSeconds } from './names.ts';

/** The record of a tenant's key (S26). */
export function idempotencyKey(tenant: string, key: string): ItemKey {
  return { pk: `idem#${joined(tenant, key)}`, sk: 'idem' };
}

const executionOf = ({ workflow, id }: LogKey): string => JSON.stringify([workflow, id]);

export function idempotencyItem(record: IdempotencyRecord): Stored {
  const { tenant, expiresAt } = record;
  return {
    ...idempotencyKey(tenant, record.idempotencyKey),
    execution: executionOf(record),
    expiresAt,
    ttl: toSeconds(expiresAt),
    body: JSON.stringify(record),
  };
}

/** Lies with the execution, so that forgetting it finds the record. */
export function idempotencyPointer(record: IdempotencyRecord): Stored {
  const { tenant, expiresAt } = record;
  const sk = `${idempotencyPrefix}${joined(tenant, record.idempotencyKey)}`;
  return {
    pk: logPk(record),
    sk,
    target: idempotencyKey(tenant, record.idempotencyKey).pk,
    ttl: toSeconds(expiresAt),
  };
}

/** The key is free: no record, or one whose time is over though TTL has not removed it yet. */
export const isFree = (now: number): Expression => ({
  text: 'attribute_not_exists(pk) OR expiresAt <= :now',
  values: { ':now': now },
});

/** The record is still of this execution; after a day the key may be another one's. */
export const isOf = (key: LogKey): Expression => ({
  text: 'execution = :execution',
  values: { ':execution': executionOf(key) },
});

export function recordIn(item: Item, now: number): IdempotencyRecord | null {
  const record = JSON.parse(String(item.body)) as IdempotencyRecord;
  return record.expiresAt > now ? record : null;
}
