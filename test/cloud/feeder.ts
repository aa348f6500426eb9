import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import { GetQueueAttributesCommand, SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';

/** Brings events to the service by the doors that AWS uses, and knows when they are through. */
export interface Feeder {
  /** Resolves when all of them are taken from their sources, hence in the log. */
  feed(events: readonly unknown[]): Promise<void>;
}

export interface FeederOptions {
  readonly sqs: SQSClient;
  readonly lambda: LambdaClient;
  /** URL of the queue that the rules on the event bus send to. */
  readonly queueUrl: string;
  /** Name of the function that CloudWatch Logs invokes. */
  readonly ingestName: string;
}

/** What a queue takes in one call (SQS). */
const batchSize = 10;
const lookEveryMs = 40;

export function createFeeder({ sqs, lambda, queueUrl, ingestName }: FeederOptions): Feeder {
  let waiting: {
    readonly bodies: readonly string[];
    readonly done: () => void;
    readonly failed: (e: unknown) => void;
  }[] = [];
  let isGoing = false;

  async function send(bodies: readonly string[]): Promise<void> {
    for (let from = 0; from < bodies.length; from += batchSize) {
      const Entries = bodies
        .slice(from, from + batchSize)
        .map((MessageBody, index) => ({ Id: String(index), MessageBody }));
      const { Failed = [] } = await sqs.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
      if (Failed.length > 0) throw new Error(`not sent: ${JSON.stringify(Failed)}`);
    }
  }

  async function isEmpty(): Promise<boolean> {
    const { Attributes = {} } = await sqs.send(
      new GetQueueAttributesCommand({
        QueueUrl: queueUrl,
        AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
      }),
    );
    return Object.values(Attributes).every((count) => Number(count) === 0);
  }

  /** All that wait at a time go together: a queue does not tell whose messages are gone, but it does tell when all are. */
  async function go(): Promise<void> {
    isGoing = true;
    while (waiting.length > 0) {
      const round = waiting;
      waiting = [];
      try {
        await send(round.flatMap(({ bodies }) => bodies));
        while (!(await isEmpty())) await new Promise((resolve) => void setTimeout(resolve, lookEveryMs));
        for (const { done } of round) done();
      } catch (error) {
        for (const { failed } of round) failed(error);
      }
    }
    isGoing = false;
  }

  function byQueue(bodies: readonly string[]): Promise<void> {
    return new Promise((done, failed) => {
      waiting.push({ bodies, done, failed });
      if (!isGoing) void go();
    });
  }

  async function byLogs(payload: unknown): Promise<void> {
    const { FunctionError, Payload } = await lambda.send(
      new InvokeCommand({ FunctionName: ingestName, Payload: JSON.stringify(payload) }),
    );
    if (FunctionError) throw new Error(`ingest: ${Buffer.from(Payload ?? []).toString()}`);
  }

  const isOfLogs = (event: unknown): boolean => typeof event === 'object' && event !== null && 'awslogs' in event;

  return {
    async feed(events) {
      const bodies = events.filter((event) => !isOfLogs(event)).map((event) => JSON.stringify(event));
      if (bodies.length > 0) await byQueue(bodies);
      // One after the other, as a single subscription delivers them.
      for (const payload of events.filter(isOfLogs)) await byLogs(payload);
    },
  };
}
