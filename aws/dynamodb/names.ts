import { createHash } from 'node:crypto';
import type { Audience, DeliveryKey, LogKey } from '../../core/ports.ts';
import { shards } from './table.ts';

/** An item's primary key. */
export interface ItemKey {
  readonly pk: string;
  readonly sk: string;
}

/** Longest part in bytes; three of them and a time fit into a sort key (1,024 bytes, AWS). */
const maxPartBytes = 300;

/**
 * One name inside a key. `#` separates parts, so it is written as `%0023`, and so are `%` and the halves of surrogate
 * pairs, which UTF-8 does not have: different names stay different. One that is too long is replaced by its hash.
 */
function part(name: string): string {
  const escaped = name.replace(
    /[#%]|\p{Surrogate}/gu,
    (unit) => `%${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return Buffer.byteLength(escaped) <= maxPartBytes ? escaped : `%h${sha256(name).toString('base64url')}`;
}

/** UTF-16, because UTF-8 makes all halves of surrogate pairs one and the same. */
function sha256(text: string): Buffer {
  return createHash('sha256').update(Buffer.from(text, 'utf16le')).digest();
}

/** Parts joined so that no two lists of names give the same text. */
export const joined = (...names: readonly string[]): string => names.map(part).join('#');

/** Everything about one execution lies under this key. */
export const logPk = ({ workflow, id }: LogKey): string => `log#${joined(workflow, id)}`;

export const headKey = (key: LogKey): ItemKey => ({ pk: logPk(key), sk: 'head' });

/** Sorts like the sequence itself; 15 digits are what a cursor holds. */
const padSeq = (seq: number): string => String(seq).padStart(15, '0');

/** Sort key of the item whose last update this is. */
export const updateSk = (epoch: string, seq: number): string => `u#${epoch}#${padSeq(seq)}`;

/** What goes when the execution is forgotten begins with this; heads and updates do not. */
export const leftoverPrefix = 'x#';
export const intakeSk = `${leftoverPrefix}intake`;
export const deliveryPrefix = `${leftoverPrefix}hook#`;
export const letterPrefix = `${leftoverPrefix}letter#`;
export const idempotencyPrefix = `${leftoverPrefix}idem#`;

export const deliveryKey = (key: DeliveryKey): ItemKey => ({
  pk: logPk(key),
  sk: `${deliveryPrefix}${joined(key.endpointId)}`,
});

/** A socket and what it subscribes to lie under this key. */
export const socketPk = (connectionId: string): string => `socket#${joined(connectionId)}`;

/** All who subscribe to the same lie under this key; with and without `id` they differ by the number of parts. */
export const audiencePk = ({ tenant, workflow, id }: Audience): string =>
  `audience#${id === null ? joined(tenant, workflow) : joined(tenant, workflow, id)}`;

/** Which shard of an index takes what has this name. */
export const shardOf = (name: string): number => sha256(name).readUInt16BE(0) % shards;

/** Epoch milliseconds as text that sorts like them; anything out of range becomes the nearest in it. */
export function padTime(ms: number): string {
  return String(Math.min(Math.max(0, Math.floor(ms)), Number.MAX_SAFE_INTEGER)).padStart(16, '0');
}

/** After every sort key that begins with this time: `$` follows `#`. */
export const endOfTime = (ms: number): string => `${padTime(ms)}$`;

/** TTL is in whole seconds; never before the time itself. */
export const toSeconds = (ms: number): number => Math.ceil(ms / 1000);
