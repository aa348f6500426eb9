import { afterEach, expect, it } from 'vitest';
import { updateItems } from '../../../aws/dynamodb/update-items.ts';
import { updateOf } from '../../handlers/webhooks/bench.ts';
import { loadLambda, startLocalAws } from '../support/local-aws.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

const update = updateOf(1, { status: 'PENDING', state: null, activeStates: [] });
const items = updateItems('log#orders#order-1', [update]);

/** The head appeared, with one update. */
const record = {
  eventName: 'INSERT',
  dynamodb: {
    SequenceNumber: '100',
    Keys: { pk: { S: 'log#orders#order-1' }, sk: { S: 'head' } },
    NewImage: { name: { S: '["orders","order-1"]' }, epoch: { S: update.epoch }, seq: { N: '1' } },
  },
};

/** An item as DynamoDB answers it. */
const attributesOf = (item: object) =>
  Object.fromEntries(
    Object.entries(item).map(([name, value]) => [
      name,
      typeof value === 'string' ? { S: value } : { B: Buffer.from(value).toString('base64') },
    ]),
  );

async function start(appsync: object, topicStatus = 200) {
  const aws = await startLocalAws((name) => {
    if (name === 'DynamoDB Query') return { body: { Items: items.map(attributesOf) } };
    if (name === 'POST /graphql') return { body: appsync };
    if (name === 'SNS PublishBatch' && topicStatus !== 200) return { status: topicStatus, body: '<ErrorResponse/>' };
    return null;
  });
  const lambda = loadLambda('fanout', {
    AWS_ENDPOINT_URL: aws.origin,
    STATUSWIRE_TABLE: 'table',
    STATUSWIRE_TOPIC: 'arn:aws:sns:eu-west-1:111122223333:updates',
    STATUSWIRE_START_QUEUE: `${aws.origin}/111122223333/starts`,
    STATUSWIRE_GRAPHQL_URL: `${aws.origin}/graphql`,
  });
  closers.push(lambda.close, aws.close);
  return { ...aws, invoke: lambda.invoke };
}

it('the Lambda `fanout`: from a record of the stream to topic, start queue and AppSync', async () => {
  const { calls, invoke } = await start({ data: { publishStatus: { seq: 1 } } });
  expect(await invoke({ Records: [record] })).toEqual({ batchItemFailures: [] });
  const input = (name: string) => calls.find((call) => call.name === name)?.input;
  expect(JSON.parse(String(input('SNS PublishBatch')?.['PublishBatchRequestEntries.member.1.Message']))).toEqual(
    update,
  );
  expect(input('SQS SendMessageBatch')).toMatchObject({
    Entries: [{ MessageBody: '{"workflow":"orders","id":"order-1"}' }],
  });
  expect(input('POST /graphql')).toMatchObject({ variables: { update } });
  const signed = calls.find(({ name }) => name === 'POST /graphql')?.authorization;
  expect(signed).toMatch(/^AWS4-HMAC-SHA256 Credential=AKID\/\d{8}\/eu-west-1\/appsync\/aws4_request/);
});

it('the Lambda `fanout`: AppSync’s errors are no reason to tell the batch again, the topic’s are', async () => {
  const refused = { data: null, errors: [{ errorType: 'UnauthorizedException' }] };
  const { invoke } = await start(refused);
  expect(await invoke({ Records: [record] })).toEqual({ batchItemFailures: [] });
  const broken = await start(refused, 400);
  expect(await broken.invoke({ Records: [record] })).toEqual({ batchItemFailures: [{ itemIdentifier: '100' }] });
});
