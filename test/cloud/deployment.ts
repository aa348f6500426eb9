import { LambdaClient } from '@aws-sdk/client-lambda';
import { SQSClient } from '@aws-sdk/client-sqs';
import { Agent } from 'undici';
import type { Ability, Deployment } from '../contract/deployment.ts';
import { createHttpCalls } from '../contract/support/http-calls.ts';
import type { Carrier } from '../contract/support/wire.ts';
import type { Playable } from '../contract/table.ts';
import { executionsOf } from './executions-of.ts';
import { createFeeder } from './feeder.ts';
import { readFirstKey } from './first-key.ts';
import { followPublished } from './published.ts';
import { reconcileOften } from './reconciling.ts';
import { accessTo, output, physicalId, readStack } from './stack.ts';

/**
 * What a deployed stack can be made to do. Its logs are never trimmed; a restart is a thing of one process; its example
 * runs without per-state progress, because the emulated Step Functions write no history.
 */
export const deployed: Playable = {
  name: 'a deployed stack',
  abilities: new Set<Ability>(['tokens']),
  // Of AppSync the emulated cloud has no realtime.
  carriers: new Set<Carrier>(['http', 'graphql-transport-ws', 'webhook']),
};

/** What is published passes two more Lambdas on its way, which share two cores with the clients. */
const pace = 4;

const cannot = (): never => {
  throw new Error('a deployed stack has no such ability');
};

/** The stack that `main.ts` deployed, at its own addresses. */
export async function openDeployed(): Promise<Deployment> {
  const stack = readStack();
  const access = accessTo(stack.endpoint);
  const [sqs, lambda] = [new SQSClient(access), new LambdaClient(access)];
  const feeder = createFeeder({
    ...{ sqs, lambda },
    queueUrl: physicalId(stack, 'StatusIngestQueue'),
    ingestName: physicalId(stack, 'StatusIngestLambdaFunction'),
  });
  const published = followPublished(sqs, physicalId(stack, 'Subscriber'));
  const stopReconciling = reconcileOften(lambda, physicalId(stack, 'StatusReconcilerLambdaFunction'));
  const dispatcher = new Agent();
  const url = output(stack, 'StatusUrl');
  const key = await readFirstKey(stack);
  const { call: _, ...calls } = createHttpCalls({ url: () => url, key: () => key, dispatcher: () => dispatcher });
  return {
    ...deployed,
    ...calls,
    ...{ key, pace },
    url: () => url,
    async feed(events) {
      await feeder.feed(events);
      const told = new Map(events.flatMap(executionsOf).map((execution) => [JSON.stringify(execution), execution]));
      for (const execution of told.values()) {
        const latest = await calls.latest(execution);
        if (latest.seq > 0) await published.reached(execution, latest);
      }
    },
    trim: cannot,
    stop: cannot,
    startAgain: cannot,
    async discard() {
      published.stop();
      await stopReconciling();
      sqs.destroy();
      lambda.destroy();
      await dispatcher.destroy();
    },
  };
}
