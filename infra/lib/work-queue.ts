import { Duration, Validations } from 'aws-cdk-lib';
import { EventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { LambdaFunction } from './lambda-function.ts';

/** Receives before a message is put aside. The Lambdas count on this number (aws/lambda/sqs-batch.ts). */
const maxReceiveCount = 5;

export interface DeadLetterQueueProps {
  /** What lies in it, for people. */
  readonly holds: string;
}

/** What could not be done; kept for as long as SQS keeps anything. Its alarm is in `alarms.ts`. */
export class DeadLetterQueue extends Construct {
  readonly queue: Queue;
  readonly holds: string;

  constructor(scope: Construct, id: string, { holds }: DeadLetterQueueProps) {
    super(scope, id);
    this.holds = holds;
    this.queue = new Queue(this, 'Queue', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    Validations.of(this.queue).acknowledge({ id: 'AwsSolutions-SQS3', reason: 'It is a dead-letter queue itself.' });
  }
}

export interface WorkQueueProps extends DeadLetterQueueProps {
  /** Of the Lambda that works on it. */
  readonly timeout: Duration;
}

/** A queue that a Lambda works on, and the dead-letter queue behind it. */
export class WorkQueue extends Construct {
  readonly queue: Queue;
  readonly deadLetters: DeadLetterQueue;

  constructor(scope: Construct, id: string, { timeout, holds }: WorkQueueProps) {
    super(scope, id);
    this.deadLetters = new DeadLetterQueue(this, 'DeadLetters', { holds });
    this.queue = new Queue(this, 'Queue', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      // AWS, "Using Lambda with Amazon SQS": at least six times the function's time-out.
      visibilityTimeout: Duration.seconds(timeout.toSeconds() * 6),
      retentionPeriod: Duration.days(14),
      deadLetterQueue: { queue: this.deadLetters.queue, maxReceiveCount },
    });
  }

  /** Has the Lambda take batches of up to ten; it answers which messages are to come again. */
  feed({ lambda }: LambdaFunction, maxConcurrency = 10): void {
    new EventSourceMapping(this, 'Source', {
      target: lambda,
      eventSourceArn: this.queue.queueArn,
      batchSize: 10,
      maxConcurrency,
      reportBatchItemFailures: true,
    });
  }
}
