import type { Expression, Items, Stored } from './items.ts';
import type { ShardPage } from './shards.ts';
import { type IndexName, table } from './table.ts';

export interface IndexQuery {
  readonly index: IndexName;
  /** Value of the index's partition key. */
  readonly shard: string;
  readonly direction: 'ascending' | 'descending';
  /** Only behind this sort key, in the direction asked for. */
  readonly after: string | null;
  /** Ascending only: up to this sort key. */
  readonly until?: string;
  /** Entries looked at. */
  readonly limit: number;
  readonly filter?: Expression;
}

/** One shard's part of a page. Entries hold the item's key and what the index projects. */
export async function queryIndex(items: Items, query: IndexQuery): Promise<ShardPage<Stored>> {
  const { partitionKey, sortKey } = keysOf(query.index);
  const range = rangeOf(query);
  const { items: found, end } = await items.query({
    IndexName: query.index,
    KeyConditionExpression: `${partitionKey} = :shard${range.text === '' ? '' : ` AND ${sortKey} ${range.text}`}`,
    ...(query.filter ? { FilterExpression: query.filter.text } : {}),
    ...(query.filter?.names ? { ExpressionAttributeNames: query.filter.names } : {}),
    ExpressionAttributeValues: { ':shard': query.shard, ...range.values, ...query.filter?.values },
    ScanIndexForward: query.direction === 'ascending',
    Limit: query.limit,
  });
  return {
    entries: found.map((value) => ({ key: String(value[sortKey]), value })),
    lookedTo: end === null ? null : String(end[sortKey]),
  };
}

function keysOf(name: IndexName) {
  const found = table.indexes.find((index) => index.name === name);
  if (!found) throw new Error(`There is no index ${name}.`);
  return found;
}

/** BETWEEN includes both ends; the smallest text after a key is the key and a zero character. */
function rangeOf({ direction, after, until }: IndexQuery): Expression {
  if (direction === 'descending')
    return after === null ? { text: '' } : { text: '< :after', values: { ':after': after } };
  if (until !== undefined) {
    const from = after === null ? '!' : `${after}\0`;
    return from > until ? { text: '= :none', values: { ':none': '!' } } : between(from, until);
  }
  return after === null ? { text: '' } : { text: '> :after', values: { ':after': after } };
}

function between(from: string, to: string): Expression {
  return { text: 'BETWEEN :from AND :to', values: { ':from': from, ':to': to } };
}
