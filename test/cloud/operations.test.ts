import { DisableRuleCommand, EnableRuleCommand, EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { DescribeExecutionCommand, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { createStatusClient } from '../../client-sdk/src/index.ts';
import { statusChange } from '../support/aws-shapes.ts';
import { readFirstKey } from './first-key.ts';
import { logHistory } from './history.ts';
import { lost, lostInput } from './lost.ts';
import { reconcileOften } from './reconciling.ts';
import { accessTo, output, physicalId, readStack } from './stack.ts';

const stack = readStack();
const access = accessTo(stack.endpoint);
const [sqs, sfn] = [new SQSClient(access), new SFNClient(access)];
const [bus, lambda] = [new EventBridgeClient(access), new LambdaClient(access)];
const url = output(stack, 'StatusUrl');
let key = '';

beforeAll(async () => {
  key = await readFirstKey(stack);
});
afterAll(() => {
  for (const client of [sqs, sfn, bus, lambda]) client.destroy();
});

async function post(to: string, body: unknown, authorization = `Bearer ${key}`) {
  const headers = { authorization, 'content-type': 'application/json' };
  const answer = await fetch(to, { method: 'POST', headers, body: JSON.stringify(body) });
  return { status: answer.status, body: await answer.json() };
}

const startExecution = (name: string, input = {}): Promise<unknown> => {
  const stateMachineArn = physicalId(stack, 'Orders');
  return sfn.send(new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(input) }));
};

/** Waits for the end as Step Functions tells it. */
async function endOf(id: string): Promise<void> {
  const executionArn = `${physicalId(stack, 'Orders').replace(':stateMachine:', ':execution:')}:${id}`;
  while ((await sfn.send(new DescribeExecutionCommand({ executionArn }))).status === 'RUNNING') {
    await new Promise((resolve) => void setTimeout(resolve, 100));
  }
}

async function deadLetters(): Promise<string> {
  return (await fetch(`${url}/dead-letters`, { headers: { authorization: `Bearer ${key}` } })).text();
}

/** The statuses of an execution up to its end, however long it takes to appear. */
async function statusesOf(id: string): Promise<readonly string[]> {
  await using client = createStatusClient({ url, token: key, channels: 'polling' });
  const seen: string[] = [];
  for await (const { status, done } of client.watch('orders', id, { notFoundAfterMs: Number.POSITIVE_INFINITY })) {
    if (seen.at(-1) !== status) seen.push(status);
    if (done) break;
  }
  return seen;
}

describe('on a deployed stack', () => {
  for (const name of ['StatusStartQueue', 'StatusWebhookQueue']) {
    it(`G10: a message of ${name} that nobody can read lies in its dead-letter queue, with the reason`, async () => {
      await sqs.send(new SendMessageCommand({ QueueUrl: physicalId(stack, name), MessageBody: 'no JSON' }));
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({
          QueueUrl: physicalId(stack, `${name}DeadLettersQueue`),
          MessageAttributeNames: ['All'],
          WaitTimeSeconds: 20,
        }),
      );
      expect(Messages).toMatchObject([
        { Body: 'no JSON', MessageAttributes: { reason: { StringValue: expect.stringMatching(/\w/) } } },
      ]);
    });
  }

  it('S29: AppSync asks the authorizer, and answers queries to a key and to a watch token', async () => {
    const id = 'cloud-graphql';
    await startExecution(id);
    expect(await statusesOf(id)).toEqual(['RUNNING', 'SUCCEEDED']);
    const query = `{ status(workflow: "orders", id: "${id}") { status }
      updates(workflow: "orders", id: "${id}", limit: 1) { updates { seq } more } }`;
    const answer = { data: { status: { status: 'SUCCEEDED' }, updates: { updates: [{ seq: 1 }], more: true } } };
    const to = output(stack, 'StatusGraphqlUrl');
    const { body } = await post(`${url}/tokens`, { executions: [{ workflow: 'orders', id }] });
    for (const authorization of [key, `sw_${body.token}`]) {
      expect(await post(to, { query }, authorization)).toMatchObject({ status: 200, body: answer });
    }
    expect(await post(to, { query }, 'sw_none_aaaaaaaaaaaaaaaaaaaaaaaa')).toMatchObject({ status: 401 });
  });

  it('S5: an event with a status that nobody knows is a dead letter, with the reason; the queue is rid of it', async () => {
    const event = statusChange({ workflow: 'orders', id: 'cloud-odd', status: 'PONDERING' });
    const QueueUrl = physicalId(stack, 'StatusIngestQueue');
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify(event) }));
    await expect.poll(deadLetters, { timeout: 20_000 }).toContain('PONDERING');
  });

  it('S30: a socket answers a query, and ends when its token does', async () => {
    const asked = { executions: [{ workflow: 'orders', id: 'cloud-graphql' }], ttlSeconds: 3 };
    const { body } = await post(`${url}/tokens`, asked);
    const socket = new WebSocket(output(stack, 'StatusSocketUrl'), ['graphql-transport-ws']);
    const closed = new Promise((resolve) => socket.once('close', resolve));
    const said: string[] = [];
    socket.on('message', (data) => {
      said.push(String(data));
      const query = '{ status(workflow: "orders", id: "cloud-graphql") { status } }';
      const ask = { id: '1', type: 'subscribe', payload: { query } };
      if (said.length === 1) socket.send(JSON.stringify(ask));
    });
    await new Promise((resolve) => socket.once('open', resolve));
    socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${body.token}` } }));
    await expect.poll(() => said.join(), { timeout: 20_000 }).toContain('SUCCEEDED');
    const stop = reconcileOften(lambda, physicalId(stack, 'StatusReconcilerLambdaFunction'));
    await closed;
    await stop();
  });

  it('a socket that talks nonsense is ended', async () => {
    const socket = new WebSocket(output(stack, 'StatusSocketUrl'), ['graphql-transport-ws']);
    await new Promise((resolve) => socket.once('open', resolve));
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.send('no JSON');
    await closed;
  });

  it('an execution that failed is asked to go on; the emulated Step Functions know no redrive, and say so', async () => {
    const id = 'cloud-redriven';
    await startExecution(id, { payment: 'declined' });
    expect(await statusesOf(id)).toEqual(['RUNNING', 'FAILED']);
    const { status } = await post(`${url}/executions/orders/${id}/redrive`, {});
    expect(status).toBeGreaterThanOrEqual(400);
  });

  it('EventBridge tells nothing of three executions; of one the intake is asked, of one the history tells the end', async () => {
    const rule = { Name: physicalId(stack, 'StatusIngestStatus0') };
    await bus.send(new DisableRuleCommand(rule));
    try {
      for (const id of lost) await startExecution(id, lostInput);
      expect((await post(`${url}/executions/orders`, { id: lost[1], input: lostInput })).status).toBe(202);
      // S5: of the same name, with another input: refused, and the other run's log follows.
      await startExecution('cloud-taken', { total: 1 });
      expect((await post(`${url}/executions/orders`, { id: 'cloud-taken', input: { total: 2 } })).status).toBe(202);
      await expect.poll(deadLetters, { timeout: 20_000 }).toContain('cloud-taken');
      for (const id of lost) await endOf(id);
      const output = JSON.stringify({ orderId: lost[2], total: 3 });
      await logHistory(stack, lost[2], [{ historyId: 30, type: 'ExecutionSucceeded', details: { output } }]);
    } finally {
      await bus.send(new EnableRuleCommand(rule));
    }
  });
});
