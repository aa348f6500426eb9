import { CreateTableCommand, DeleteTableCommand } from '@aws-sdk/client-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { inject } from 'vitest';
import { createDocumentClient } from '../../../../aws/dynamodb/client.ts';
import { createTablePorts, type TableOptions, type TablePorts } from '../../../../aws/dynamodb/index.ts';
import { table } from '../../../../aws/dynamodb/table.ts';

/** Retries that wait for nothing but the next turn of the event loop. */
export const hasty = {
  sleep: () => new Promise<void>((resolve) => void setImmediate(resolve)),
};

export function localClient(): DynamoDBDocumentClient {
  return createDocumentClient({
    endpoint: inject('dynamodb'),
    region: 'eu-west-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    // Two test files and their many requests share one emulator and two cores.
    requestHandler: { connectionTimeout: 20_000, requestTimeout: 20_000, throwOnRequestTimeout: true },
  });
}

/** A table of its own, with the shape that `table.ts` tells. */
export interface OpenTable {
  readonly client: DynamoDBDocumentClient;
  readonly name: string;
  /** Ports on it; `options` replace the client, the generation and so on. */
  ports(options?: Partial<TableOptions>): TablePorts;
  drop(): Promise<void>;
}

let tables = 0;

export async function openTable(): Promise<OpenTable> {
  const client = localClient();
  tables += 1;
  const name = `statuswire-${process.pid}-${tables}`;
  await createTable(client, name);
  return {
    client,
    name,
    ports: (options = {}) => createTablePorts({ client, table: name, retry: hasty, ...options }),
    async drop() {
      await client.send(new DeleteTableCommand({ TableName: name }));
      client.destroy();
    },
  };
}

async function createTable(client: DynamoDBDocumentClient, TableName: string): Promise<void> {
  const { partitionKey, sortKey, indexes, streamViewType } = table;
  const keys = (hash: string, range: string) => [
    { AttributeName: hash, KeyType: 'HASH' as const },
    { AttributeName: range, KeyType: 'RANGE' as const },
  ];
  const names = [partitionKey, sortKey, ...indexes.flatMap((index) => [index.partitionKey, index.sortKey])];
  await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: names.map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
      KeySchema: keys(partitionKey, sortKey),
      GlobalSecondaryIndexes: indexes.map(({ name, projected, ...index }) => ({
        IndexName: name,
        KeySchema: keys(index.partitionKey, index.sortKey),
        Projection:
          projected.length > 0
            ? { ProjectionType: 'INCLUDE', NonKeyAttributes: [...projected] }
            : { ProjectionType: 'KEYS_ONLY' },
      })),
      StreamSpecification: { StreamEnabled: true, StreamViewType: streamViewType },
    }),
  );
}
