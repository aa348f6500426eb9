/** A grant that no recorded call needs, and why it is there nevertheless. */
export interface Excuse {
  /** `*` is any number of characters. */
  readonly actions: readonly string[];
  /** Part of the logical id of the function. Default: all. */
  readonly lambda?: string;
  /** Part of the resource. Default: all. */
  readonly resource?: string;
  readonly reason: string;
}

export const excuses: readonly Excuse[] = [
  {
    actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
    reason: 'Lambda itself writes what the code prints, in the name of its role.',
  },
  {
    actions: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'],
    reason: 'Lambda itself sends the traces of active tracing, in the name of the role.',
  },
  {
    actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
    reason: 'Lambda itself works on the queue of an event source, in the name of the role.',
  },
  {
    actions: ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator', 'dynamodb:ListStreams'],
    reason: 'Lambda itself reads the stream of an event source, in the name of the role.',
  },
  {
    actions: ['sqs:SendMessage'],
    lambda: 'StatusIngest',
    resource: 'HistoryLetters',
    reason: 'Lambda itself puts aside what an asynchronous invocation failed on three times.',
  },
  {
    actions: ['sqs:SendMessage'],
    lambda: 'StatusFanOut',
    resource: 'Missed',
    reason: 'Lambda itself puts aside the place in the stream that it gave up; the emulated stream never gives up.',
  },
  {
    actions: ['sqs:SendMessage'],
    lambda: 'StatusIngest',
    resource: 'IngestQueueDeadLetters',
    reason: 'Only at the fifth receive of a message, a quarter of an hour after the first (test/aws/lambda).',
  },
  {
    actions: ['sqs:SendMessage'],
    lambda: 'StatusReconciler',
    reason: 'Only for a start or a delivery whose own message was lost, a minute later (test/aws, test/handlers).',
  },
  {
    actions: ['execute-api:ManageConnections'],
    lambda: 'StatusFanOut',
    resource: '/DELETE/',
    reason: 'Only when a push finds a token expired before the reconciler does, which is invoked all the time here.',
  },
  {
    actions: ['appsync:GraphQL'],
    lambda: 'StatusFanOut',
    reason: 'The emulated AppSync refuses signed requests where there is a Lambda authorizer (test/aws/appsync).',
  },
  {
    actions: ['dynamodb:GetItem'],
    lambda: 'StatusFanOut',
    reason: 'Only where an update is not there yet when it is read, or not any more (test/aws/dynamodb/fan-out).',
  },
  {
    actions: ['dynamodb:BatchWriteItem'],
    lambda: 'StatusWebhooks',
    reason: 'Only when an endpoint was removed while a delivery to it was due (test/aws/dynamodb).',
  },
  {
    actions: ['dynamodb:Query'],
    lambda: 'StatusWebhooks',
    resource: '/index/listed',
    reason: 'Only when an endpoint was removed while a delivery to it was due (test/aws/dynamodb).',
  },
  {
    actions: ['dynamodb:BatchWriteItem'],
    lambda: 'StatusReconciler',
    reason: 'Only when a log expires, after 30 days, or a held fact is given up, after one (test/aws, test/handlers).',
  },
];
