import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

type Stored = Record<string, unknown>;

export interface FakeTable {
  readonly client: DynamoDBDocumentClient;
  /** Names of the commands that came. */
  readonly calls: string[];
  /** By `pk sk`. */
  readonly items: Map<string, Stored>;
}

/**
 * As much of DynamoDB as a commit, a read by key and a put need: enough to count calls. Conditions hold always, and
 * indexes are empty; what depends on either is tested on DynamoDB Local.
 */
export function fakeTable(): FakeTable {
  const calls: string[] = [];
  const items = new Map<string, Stored>();
  const name = ({ pk, sk }: Stored): string => `${pk} ${sk}`;
  const put = (item: Stored): void => void items.set(name(item), item);
  const answers: Record<string, (input: never) => unknown> = {
    GetCommand: ({ Key }: { Key: Stored }) => ({ Item: items.get(name(Key)) }),
    PutCommand: ({ Item }: { Item: Stored }) => put(Item),
    QueryCommand: () => ({ Items: [] }),
    BatchGetCommand: ({ RequestItems }: { RequestItems: Record<string, { Keys: Stored[] }> }) => ({
      Responses: Object.fromEntries(
        Object.entries(RequestItems).map(([table, { Keys }]) => [
          table,
          Keys.flatMap((key) => items.get(name(key)) ?? []),
        ]),
      ),
    }),
    TransactWriteCommand({ TransactItems }: { TransactItems: { Put?: { Item: Stored }; Delete?: { Key: Stored } }[] }) {
      for (const { Put, Delete } of TransactItems) {
        if (Put) put(Put.Item);
        if (Delete) items.delete(name(Delete.Key));
      }
    },
    BatchWriteCommand({ RequestItems }: { RequestItems: Record<string, { PutRequest?: { Item: Stored } }[]> }) {
      for (const { PutRequest } of Object.values(RequestItems).flat()) if (PutRequest) put(PutRequest.Item);
    },
  };
  const send = async (command: { input: never; constructor: { name: string } }): Promise<unknown> => {
    const called = command.constructor.name;
    calls.push(called);
    const answer = answers[called];
    if (!answer) throw new Error(`${called} is not faked`);
    return answer(command.input) ?? {};
  };
  return { client: { send } as never, calls, items };
}
