import { inject } from 'vitest';
import type { StreamRecord } from '../../../../aws/dynamodb/stream-records.ts';

/** Reads a table's stream from its beginning. DynamoDB Local has one shard, so the order is that of the whole table. */
export interface Stream {
  /** Records after what was read last; may be empty although more come. */
  next(): Promise<readonly StreamRecord[]>;
}

/** The few calls of DynamoDB Streams over plain HTTP, because its client is not among the service's dependencies. */
async function call(operation: string, body: object): Promise<Record<string, unknown>> {
  const scope = '20260101/eu-west-1/dynamodb/aws4_request';
  const answer = await fetch(inject('dynamodb'), {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `DynamoDBStreams_20120810.${operation}`,
      // DynamoDB Local looks at the shape of the signature only.
      authorization: `AWS4-HMAC-SHA256 Credential=local/${scope}, SignedHeaders=host, Signature=none`,
    },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${operation}: ${answer.status} ${text}`);
  return JSON.parse(text);
}

/** `after`: sequence number of the last record that was dealt with; null for all. */
export async function openStream(TableName: string, after: string | null = null): Promise<Stream> {
  const { Streams } = (await call('ListStreams', { TableName })) as { Streams: { StreamArn: string }[] };
  const StreamArn = Streams[0]?.StreamArn;
  const { StreamDescription } = (await call('DescribeStream', { StreamArn })) as {
    StreamDescription: { Shards: { ShardId: string }[] };
  };
  const ShardId = StreamDescription.Shards[0]?.ShardId;
  const from =
    after === null
      ? { ShardIteratorType: 'TRIM_HORIZON' }
      : { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: after };
  let { ShardIterator } = await call('GetShardIterator', { StreamArn, ShardId, ...from });
  return {
    async next() {
      const { Records, NextShardIterator } = await call('GetRecords', { ShardIterator });
      ShardIterator = NextShardIterator;
      return Records as readonly StreamRecord[];
    },
  };
}
