import { LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createStatusClient, type StatusClient } from '../../client-sdk/src/index.ts';
import { readFirstKey } from './first-key.ts';
import { lost } from './lost.ts';
import { reconcileOften } from './reconciling.ts';
import { accessTo, output, physicalId, readStack } from './stack.ts';

const stack = readStack();
const lambda = new LambdaClient(accessTo(stack.endpoint));
let client: StatusClient;
let stop: () => Promise<void>;

beforeAll(async () => {
  client = createStatusClient({ url: output(stack, 'StatusUrl'), token: await readFirstKey(stack) });
  stop = reconcileOften(lambda, physicalId(stack, 'StatusReconcilerLambdaFunction'));
});
afterAll(async () => {
  client.close();
  await stop();
  lambda.destroy();
});

describe('what EventBridge did not tell', () => {
  // Begun before the contract was played: the reconciler gives the sources a minute.
  it.each([
    ['G5: the reconciler finds an execution of which nothing was told, and its end', lost[0]],
    ['S5: a start that finds its execution begun with the same input is bound to it', lost[1]],
    ['S15: an end that only the history tells is looked up', lost[2]],
  ])('%s', { timeout: 120_000 }, async (_, id) => {
    const receipt = await client.watch('orders', id, { notFoundAfterMs: Number.POSITIVE_INFINITY }).result();
    expect(receipt).toMatchObject({ orderId: id });
  });
});
