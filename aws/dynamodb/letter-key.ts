import { type ItemKey, joined, shardOf } from './names.ts';

/** Dead letters come in storms and may be large, so even their own items are spread. */
export const letterPk = (shard: number): string => `dead#${shard}`;

export const letterKey = (id: string): ItemKey => ({ pk: letterPk(shardOf(id)), sk: joined(id) });
