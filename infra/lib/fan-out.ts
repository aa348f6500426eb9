import { Duration } from 'aws-cdk-lib';
import { EventSourceMapping, FilterCriteria, FilterRule, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { AppsyncApi } from './appsync-api.ts';
import { type Base, optional, type Queues } from './base.ts';
import { LambdaFunction } from './lambda-function.ts';
import { manageConnections, publishByMutation, publishTo, sendTo } from './permissions.ts';
import type { UpdatesTopic } from './updates-topic.ts';
import type { SocketApi } from './websocket-api.ts';
import { DeadLetterQueue } from './work-queue.ts';

export interface FanOutProps {
  readonly base: Base;
  readonly queues: Queues;
  readonly topic: UpdatesTopic;
  readonly sockets: SocketApi | null;
  readonly appsync: AppsyncApi | null;
}

/** From the log to the push channels: follows the stream of the heads, which alone is ordered (S36). */
export class FanOut extends Construct {
  readonly function: LambdaFunction;
  /** Where in the stream a batch is that could not be fanned out. */
  readonly missed: DeadLetterQueue;

  constructor(scope: Construct, id: string, { base, queues, topic, sockets, appsync }: FanOutProps) {
    super(scope, id);
    const { settings, store, environment } = base;
    this.missed = new DeadLetterQueue(this, 'Missed', {
      holds: 'places in the table’s stream that the fan-out failed on for good',
    });
    this.function = new LambdaFunction(this, 'Lambda', {
      settings,
      name: 'fanout',
      description: 'Statuswire: hands updates to the push channels',
      timeout: Duration.seconds(60),
      environment: {
        ...environment,
        topic: topic.topic.topicArn,
        startQueue: queues.starts.queue.queueUrl,
        ...optional('graphqlUrl', appsync?.url),
        ...optional('managementUrl', sockets?.managementUrl),
      },
      permissions: [
        ...store.allow(['BatchWriteItem', 'DeleteItem', 'GetItem', 'Query']),
        ...store.allowStream(),
        publishTo(topic.topic.topicArn),
        sendTo(queues.starts.queue, this.missed.queue),
        ...(sockets ? [manageConnections(sockets.stageArn, 'POST', 'DELETE')] : []),
        ...(appsync ? [publishByMutation(appsync.arn)] : []),
      ],
    });
    new EventSourceMapping(this, 'Source', {
      target: this.function.lambda,
      eventSourceArn: store.streamArn,
      startingPosition: StartingPosition.TRIM_HORIZON,
      filters: [FilterCriteria.filter({ dynamodb: { Keys: { sk: { S: FilterRule.isEqual('head') } } } })],
      batchSize: 100,
      // Records of one item stay in order.
      parallelizationFactor: 4,
      reportBatchItemFailures: true,
      bisectBatchOnError: true,
      // Lambda waits ever longer between tries; a record that nothing helps must not hold its shard up until it expires.
      retryAttempts: 30,
      maxRecordAge: Duration.hours(6),
      onFailure: { bind: () => ({ destination: this.missed.queue.queueArn }) },
    });
  }
}
