import {
  BatchGetCommand,
  BatchWriteCommand,
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  type QueryCommandInput,
  TransactWriteCommand,
  type TransactWriteCommandInput,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { type CancellationReason, cancellationReasons, isRefusal } from './errors.ts';
import { atOnce } from './lanes.ts';
import type { ItemKey } from './names.ts';
import { createRetry, type RetryOptions } from './retry.ts';

export type Item = Readonly<Record<string, unknown>>;
export type Stored = ItemKey & Item;

/** A condition, or what an update does, with the names and values that its text refers to. */
export interface Expression {
  readonly text: string;
  readonly names?: Readonly<Record<string, string>>;
  readonly values?: Item;
}

/** `repeated`: an earlier try of the same call may have been carried out, its answer was lost. */
export type Written =
  | { readonly type: 'written'; readonly item: Item | null }
  | { readonly type: 'refused'; readonly repeated: boolean };

export type Transacted =
  | { readonly type: 'written' }
  | { readonly type: 'refused'; readonly reasons: readonly CancellationReason[] };

export interface QueryPage {
  readonly items: readonly Stored[];
  /** Key of the last item looked at; null when there is nothing behind it. */
  readonly end: Item | null;
}

type Query = Omit<QueryCommandInput, 'TableName'>;
export type TransactItem = NonNullable<TransactWriteCommandInput['TransactItems']>[number];

/** What AWS takes in one `BatchGetItem` and in one `BatchWriteItem`. */
const getsPerRequest = 100;
const writesPerRequest = 25;
/** Requests under way at once for one call. */
const width = 16;

/** The one place that talks to the table. Every request is repeated on passing trouble; reads are strongly consistent. */
export interface Items {
  readonly table: string;
  get(key: ItemKey): Promise<Stored | null>;
  /** In the order of the keys, which may repeat. */
  getAll(keys: readonly ItemKey[]): Promise<readonly (Stored | null)[]>;
  put(item: Stored, condition?: Expression): Promise<Written>;
  /** `item` is the whole item after it. */
  update(key: ItemKey, change: Expression, condition: Expression): Promise<Written>;
  /** `item` is what was removed; null when there was none. */
  remove(key: ItemKey, condition?: Expression): Promise<Written>;
  /** Several writes, each on its own; all are done when it resolves. */
  write(puts: readonly Stored[], removals: readonly ItemKey[]): Promise<void>;
  /** One page. Strongly consistent unless it names an index, which cannot be. */
  query(query: Query): Promise<QueryPage>;
  /** All pages, one after the other. */
  queryAll(query: Query): AsyncIterable<Stored>;
  /** All or nothing. `token` makes a try repeated within 10 minutes one and the same. */
  transact(writes: readonly TransactItem[], token: string): Promise<Transacted>;
}

export function createItems(client: DynamoDBDocumentClient, table: string, options: RetryOptions = {}): Items {
  const retry = createRetry(options);

  /** A write that answers `refused` where its condition does not hold. */
  const conditional = (send: () => Promise<{ readonly Attributes?: Item | undefined }>): Promise<Written> =>
    retry(async (repeated) => {
      try {
        const { Attributes: item = null } = await send();
        return { type: 'written', item };
      } catch (error) {
        if (isRefusal(error)) return { type: 'refused', repeated };
        throw error;
      }
    });

  async function getSome(keys: readonly ItemKey[]): Promise<readonly Stored[]> {
    const found: Stored[] = [];
    let left: readonly ItemKey[] = keys;
    while (left.length > 0) {
      left = await retry(async () => {
        const request = { [table]: { Keys: left as ItemKey[], ConsistentRead: true } };
        const answer = await client.send(new BatchGetCommand({ RequestItems: request }));
        found.push(...((answer.Responses?.[table] ?? []) as Stored[]));
        return leftOver(left, (answer.UnprocessedKeys?.[table]?.Keys ?? []) as unknown as ItemKey[]);
      });
    }
    return found;
  }

  async function writeSome(requests: readonly WriteRequest[]): Promise<void> {
    let left = requests;
    while (left.length > 0) {
      left = await retry(async () => {
        const answer = await client.send(new BatchWriteCommand({ RequestItems: { [table]: left as WriteRequest[] } }));
        return leftOver(left, (answer.UnprocessedItems?.[table] ?? []) as WriteRequest[]);
      });
    }
  }

  async function query(input: Query): Promise<QueryPage> {
    const ConsistentRead = input.IndexName === undefined;
    const answer = await retry(() => client.send(new QueryCommand({ TableName: table, ConsistentRead, ...input })));
    return { items: (answer.Items ?? []) as Stored[], end: answer.LastEvaluatedKey ?? null };
  }

  return {
    table,
    async get(Key) {
      const { Item } = await retry(() => client.send(new GetCommand({ TableName: table, Key, ConsistentRead: true })));
      return (Item as Stored | undefined) ?? null;
    },
    async getAll(keys) {
      const named = distinct(keys).map(({ pk, sk }) => ({ pk, sk }));
      const found = await atOnce(chunks(named, getsPerRequest), width, getSome);
      const byName = new Map(found.flat().map((item) => [nameOf(item), item]));
      return keys.map((key) => byName.get(nameOf(key)) ?? null);
    },
    put: (Item, condition) =>
      conditional(() => client.send(new PutCommand({ TableName: table, Item, ...conditionOf(condition) }))),
    update: (Key, change, condition) =>
      conditional(() =>
        client.send(
          new UpdateCommand({
            TableName: table,
            Key,
            UpdateExpression: change.text,
            ReturnValues: 'ALL_NEW',
            ...conditionOf(condition, change),
          }),
        ),
      ),
    remove: (Key, condition) =>
      conditional(() =>
        client.send(new DeleteCommand({ TableName: table, Key, ReturnValues: 'ALL_OLD', ...conditionOf(condition) })),
      ),
    async write(puts, removals) {
      // One batch may name an item once only.
      const requests: readonly WriteRequest[] = [
        ...distinct(puts).map((Item) => ({ PutRequest: { Item } })),
        ...distinct(removals).map(({ pk, sk }) => ({ DeleteRequest: { Key: { pk, sk } } })),
      ];
      await atOnce(chunks(requests, writesPerRequest), width, writeSome);
    },
    query,
    async *queryAll(input) {
      let page: QueryPage = { items: [], end: null };
      do {
        page = await query(page.end ? { ...input, ExclusiveStartKey: page.end } : input);
        yield* page.items;
      } while (page.end);
    },
    transact: (writes, ClientRequestToken) =>
      retry(async () => {
        try {
          const TransactItems = writes as TransactItem[];
          await client.send(new TransactWriteCommand({ TransactItems, ClientRequestToken }));
          return { type: 'written' };
        } catch (error) {
          const reasons = cancellationReasons(error);
          if (reasons && isRefusal(error)) return { type: 'refused', reasons };
          throw error;
        }
      }),
  };
}

type WriteRequest = { PutRequest: { Item: Stored } } | { DeleteRequest: { Key: ItemKey } };

/** DynamoDB took some; a request of which it took nothing is throttled and waits like one. */
function leftOver<T>(asked: readonly T[], left: readonly T[]): readonly T[] {
  if (left.length < asked.length) return left;
  throw Object.assign(new Error('Nothing of the batch was taken.'), { name: 'ThrottlingException' });
}

const nameOf = ({ pk, sk }: ItemKey): string => JSON.stringify([pk, sk]);

export function conditionOf(condition: Expression | undefined, change?: Expression) {
  const names = { ...change?.names, ...condition?.names };
  const values = { ...change?.values, ...condition?.values };
  return {
    ...(condition ? { ConditionExpression: condition.text } : {}),
    ...(Object.keys(names).length > 0 ? { ExpressionAttributeNames: names } : {}),
    ...(Object.keys(values).length > 0 ? { ExpressionAttributeValues: values } : {}),
  };
}

/** Of those with one key the last. */
function distinct<T extends ItemKey>(keyed: readonly T[]): readonly T[] {
  return [...new Map(keyed.map((each) => [nameOf(each), each])).values()];
}

function chunks<T>(all: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, n) => all.slice(n * size, (n + 1) * size));
}

/** All items under a partition key. */
export async function all(items: Items, pk: string): Promise<readonly Stored[]> {
  const found: Stored[] = [];
  const query = { KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': pk } };
  for await (const item of items.queryAll(query)) found.push(item);
  return found;
}

/** Removes an item and answers whether it was there; a lost answer counts as yes. */
export async function removed(items: Items, key: ItemKey): Promise<boolean> {
  const outcome = await items.remove(key, { text: 'attribute_exists(pk)' });
  return outcome.type === 'written' || outcome.repeated;
}
