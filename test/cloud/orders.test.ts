import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createStatusClient, type StatusClient, type WatchedUpdate } from '../../client-sdk/src/index.ts';
import { readFirstKey } from './first-key.ts';
import { logHistory } from './history.ts';
import { accessTo, output, physicalId, readStack } from './stack.ts';

const stack = readStack();
const sfn = new SFNClient(accessTo(stack.endpoint));
const url = output(stack, 'StatusUrl');
let key = '';
let client: StatusClient;

beforeAll(async () => {
  key = await readFirstKey(stack);
  client = createStatusClient({ url, token: key });
});
afterAll(() => {
  client.close();
  sfn.destroy();
});

/** Everything up to the end. */
async function watched(id: string): Promise<readonly WatchedUpdate[]> {
  const seen: WatchedUpdate[] = [];
  for await (const update of client.watch('orders', id, { from: 'beginning' })) {
    seen.push(update);
    if (update.done) break;
  }
  return seen;
}

const statuses = (seen: readonly WatchedUpdate[]): readonly string[] =>
  seen.map(({ status }) => status).filter((status, at, all) => status !== all[at - 1]);

const expectWhole = (seen: readonly WatchedUpdate[]): void => {
  expect(seen.map(({ seq }) => seq)).toEqual(seen.map((_, index) => index + 1));
  expect(seen.filter(({ skipped }) => skipped)).toEqual([]);
};

const startExecution = (id: string, input: unknown = {}): Promise<unknown> =>
  sfn.send(
    new StartExecutionCommand({
      stateMachineArn: physicalId(stack, 'Orders'),
      name: id,
      input: JSON.stringify(input),
    }),
  );

describe('the order workflow on a deployed stack', () => {
  it('G1: StartExecution, Step Functions, EventBridge, the queue, the log, the client: to its end', async () => {
    await startExecution('cloud-plain', { total: 42, pace: 5 });
    const seen = await watched('cloud-plain');
    expectWhole(seen);
    expect(statuses(seen)).toEqual(['RUNNING', 'SUCCEEDED']);
    expect(seen.at(-1)).toMatchObject({ output: { orderId: 'cloud-plain', total: 42 }, error: null });
    // The tasks report by putEvents; what comes after the end appends nothing (S7).
    expect(seen.some(({ progress }) => progress !== null)).toBe(true);
  });

  it('S34: POST /executions is accepted at once, starts by the queue, and is watched with the token it gave', async () => {
    const id = 'cloud-intake';
    const accepted = await fetch(`${url}/executions/orders`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ id, input: { total: 7 } }),
    });
    expect(accepted.status).toBe(202);
    const { token } = (await accepted.json()) as { readonly token: string };
    await using watch = createStatusClient({ url, token }).watch('orders', id, { from: 'beginning' });
    const seen: WatchedUpdate[] = [];
    for await (const update of watch) {
      seen.push(update);
      if (update.done) break;
    }
    expectWhole(seen);
    expect(statuses(seen)).toEqual(['PENDING', 'RUNNING', 'SUCCEEDED']);
    expect(seen.at(-1)).toMatchObject({ output: { total: 7, trackingNumber: `SW-${id}` } });
  });

  it('a failure carries its error, and the cause where the projection lets it out', async () => {
    await startExecution('cloud-declined', { payment: 'declined' });
    const seen = await watched('cloud-declined');
    expectWhole(seen);
    expect(seen.at(-1)).toMatchObject({
      status: 'FAILED',
      output: null,
      error: { name: 'PaymentProcessingError', cause: 'Payment processing failed' },
    });
  });

  it('the history, as Step Functions logs it: subscription filter, Lambda, the states of the execution', async () => {
    const id = 'cloud-history';
    await startExecution(id, { pace: 10 });
    const watch = client.watch('orders', id, { from: 'beginning' });
    const states: (string | null)[] = [];
    let fed = false;
    for await (const { done, state, kind } of watch) {
      if (kind === 'state') states.push(state);
      if (!fed) {
        fed = true;
        await logHistory(stack, id, [
          { historyId: 2, state: 'ProcessPayment' },
          { historyId: 7, state: 'CheckInventory' },
        ]);
      }
      if (done) break;
    }
    expect(states).toContain('CheckInventory');
  });
});
