import { afterEach, expect, it } from 'vitest';
import { loadLambda, startLocalAws } from '../support/local-aws.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

it('the Lambda `webhooks`: a delivery not to be claimed is done, what fails comes again, poison is put aside', async () => {
  const notDue = { __type: 'com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException', message: 'no' };
  const invalid = { __type: 'com.amazon.coral.validate#ValidationException', message: 'no such table' };
  const aws = await startLocalAws((name) => {
    if (name === 'DynamoDB UpdateItem') return { status: 400, body: notDue };
    return name === 'DynamoDB Query' ? { status: 400, body: invalid } : null;
  });
  const lambda = loadLambda('webhooks', {
    AWS_ENDPOINT_URL: aws.origin,
    STATUSWIRE_TABLE: 'table',
    STATUSWIRE_WEBHOOK_QUEUE: `${aws.origin}/111122223333/webhooks`,
    STATUSWIRE_DEAD_LETTER_QUEUE: `${aws.origin}/111122223333/dead`,
  });
  closers.push(lambda.close, aws.close);
  const message = (messageId: string, body: string) => ({
    messageId,
    body,
    attributes: { ApproximateReceiveCount: '1' },
  });
  const update = { tenant: 'default', workflow: 'orders', id: 'order-1', recordedAt: '2026-11-20T10:00:00.000Z' };
  const answer = await lambda.invoke({
    Records: [
      message('look', '{"endpointId":"ep_1","workflow":"orders","id":"order-1"}'),
      message('later', `{"endpointId":"ep_1","workflow":"orders","id":"order-2","dueAt":${Date.now() + 3_600_000}}`),
      message('committed', JSON.stringify(update)),
      message('poison', 'what?'),
    ],
  });
  expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: 'committed' }] });
  const sent = aws.calls.filter(({ name }) => name === 'SQS SendMessageBatch').map(({ input }) => input);
  expect(sent).toHaveLength(2);
  expect(sent).toContainEqual({
    QueueUrl: `${aws.origin}/111122223333/webhooks`,
    Entries: [expect.objectContaining({ DelaySeconds: 900 })],
  });
  expect(sent).toContainEqual({
    QueueUrl: `${aws.origin}/111122223333/dead`,
    Entries: [
      {
        Id: '0',
        MessageBody: 'what?',
        MessageAttributes: { reason: { DataType: 'String', StringValue: 'The message is no JSON object.' } },
      },
    ],
  });
});
