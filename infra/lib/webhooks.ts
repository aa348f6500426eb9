import { Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { type Base, optional } from './base.ts';
import { LambdaFunction } from './lambda-function.ts';
import { receiveFrom, sendTo } from './permissions.ts';
import type { UpdatesTopic } from './updates-topic.ts';
import type { WorkQueue } from './work-queue.ts';

export const webhooksTimeout = Duration.seconds(120);

export interface WebhooksProps {
  readonly base: Base;
  readonly queue: WorkQueue;
  readonly topic: UpdatesTopic;
  /** CIDR blocks. */
  readonly allow: readonly string[];
  readonly maxConcurrency?: number | undefined;
}

/** Sends webhooks: the topic wakes it by a queue, and what has to wait comes back by the same queue. */
export class Webhooks extends Construct {
  readonly function: LambdaFunction;

  constructor(scope: Construct, id: string, { base, queue, topic, allow, maxConcurrency }: WebhooksProps) {
    super(scope, id);
    const { settings, store, environment } = base;
    this.function = new LambdaFunction(this, 'Lambda', {
      settings,
      name: 'webhooks',
      description: 'Statuswire: sends webhooks',
      timeout: webhooksTimeout,
      environment: {
        ...environment,
        webhookQueue: queue.queue.queueUrl,
        deadLetterQueue: queue.deadLetters.queue.queueUrl,
        ...optional('webhookAllow', allow.join(' ')),
      },
      permissions: [
        ...store.allow(['BatchGetItem', 'BatchWriteItem', 'GetItem', 'Query', 'UpdateItem'], ['listed']),
        receiveFrom(queue.queue),
        sendTo(queue.queue, queue.deadLetters.queue),
      ],
    });
    queue.feed(this.function, maxConcurrency);
    // What the queue cannot take for longer than SNS tries (23 days) lies with the other letters.
    topic.addQueue(queue.queue, {}, queue.deadLetters.queue);
  }
}
