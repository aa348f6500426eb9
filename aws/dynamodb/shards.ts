import { shards } from './table.ts';

/** What one shard answered. */
export interface ShardPage<T> {
  readonly entries: readonly Entry<T>[];
  /** Sort key up to which the shard was looked through; null when it was to its end. */
  readonly lookedTo: string | null;
}

export interface Entry<T> {
  /** Sort key; what pages are ordered by. */
  readonly key: string;
  readonly value: T;
}

export interface MergedPage<T> {
  readonly values: readonly T[];
  /** Go on behind this sort key; null at the end. */
  readonly next: string | null;
}

/**
 * One page over all shards, in order. It ends where the least advanced shard was looked through to: behind that, another
 * shard may still have something that comes first. So it may be short, or empty, with a `next`.
 */
export async function mergeShards<T>(
  direction: 'ascending' | 'descending',
  limit: number,
  ask: (shard: number) => Promise<ShardPage<T>>,
): Promise<MergedPage<T>> {
  const sign = direction === 'ascending' ? 1 : -1;
  const compare = (a: string, b: string): number => sign * byBytes(a, b);
  const pages = await Promise.all(Array.from({ length: shards }, (_, shard) => ask(shard)));
  const ends = pages.flatMap(({ lookedTo }) => (lookedTo === null ? [] : [lookedTo])).sort(compare);
  const frontier = ends[0] ?? null;
  const known = pages
    .flatMap(({ entries }) => entries)
    .filter(({ key }) => frontier === null || compare(key, frontier) <= 0)
    .sort((a, b) => compare(a.key, b.key));
  const page = known.slice(0, limit);
  const cut = known.length > limit ? (page.at(-1)?.key ?? null) : frontier;
  return { values: page.map(({ value }) => value), next: cut };
}

/** DynamoDB sorts text by its UTF-8 bytes; JavaScript by UTF-16 units, which differs beyond the basic plane. */
function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
