import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

/** Time for a connection, and for an answer. DynamoDB answers within tens of milliseconds; a slower one is lost. */
const connectionTimeout = 1_000;
const requestTimeout = 3_000;

/**
 * A client as the table needs it, one for the whole process: connections are kept alive, every wait is bounded, and
 * nothing is retried in here, because `createRetry` knows which answers stay unknown and which transactions to repeat.
 */
export function createDocumentClient(config: DynamoDBClientConfig = {}): DynamoDBDocumentClient {
  const client = new DynamoDBClient({
    maxAttempts: 1,
    requestHandler: { connectionTimeout, requestTimeout, throwOnRequestTimeout: true },
    ...config,
  });
  return DynamoDBDocumentClient.from(client);
}
