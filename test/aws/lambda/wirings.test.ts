import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { awslogs, controlMessage, historyRecord, statusChange } from '../../support/aws-shapes.ts';
import { context, type FakeEndpoint, openEndpoint, sqsEvent } from './fake-endpoint.ts';

const place = 'arn:aws:states:eu-west-1:111122223333';
let folder = '';
let endpoint: FakeEndpoint;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'statuswire-wirings-'));
  writeFileSync(join(folder, 'workflows.json'), JSON.stringify({ orders: { config: {} } }));
});
afterAll(() => rmSync(folder, { recursive: true }));
beforeEach(async () => {
  // SQS is asked at the queue's own URL.
  endpoint = await openEndpoint((url) => ({
    ...{ table: 'statuswire', place, workflowsFile: join(folder, 'workflows.json') },
    ...{ ingestQueue: `${url}/ingest`, startQueue: `${url}/starts`, webhookQueue: `${url}/webhooks` },
    deadLetterQueue: `${url}/dead`,
  }));
  for (const method of ['info', 'warn', 'error'] as const) vi.spyOn(console, method).mockImplementation(() => {});
});
afterEach(async () => {
  vi.restoreAllMocks();
  await endpoint.close();
});

/** Messages that were sent, by their queue. */
const sent = () =>
  endpoint.calls
    .filter(({ operation }) => operation === 'SendMessageBatch')
    .map(({ body }) => [String(body.QueueUrl).split('/').at(-1), body.Entries]);

describe('the ingest Lambda', () => {
  const load = async () => (await import('../../../handlers/ingest/index.ts')).handler;

  it('takes a batch from its queue with one read and one transaction', async () => {
    const handler = await load();
    const bodies = [statusChange(), statusChange({ status: 'SUCCEEDED' })].map((event) => JSON.stringify(event));
    expect(await handler(sqsEvent(bodies), context)).toEqual({ batchItemFailures: [] });
    expect(endpoint.operations()).toEqual(['BatchGetItem', 'TransactWriteItems']);
  });

  it('takes log records from CloudWatch Logs itself, and nothing from its probe', async () => {
    const handler = await load();
    expect(await handler(controlMessage() as never, context)).toBeUndefined();
    expect(endpoint.operations()).toEqual([]);
    expect(await handler(awslogs([historyRecord({ state: 'Pay' })]) as never, context)).toBeUndefined();
    expect(endpoint.operations()).toEqual(['BatchGetItem', 'TransactWriteItems']);
  });

  it('throws where a payload of CloudWatch Logs could not be committed, so that Lambda repeats it', async () => {
    endpoint.answers.TransactWriteItems = () => ({ __type: 'ValidationException', message: 'too large' });
    const handler = await load();
    await expect(handler(awslogs([historyRecord({ state: 'Pay' })]) as never, context)).rejects.toThrow('too large');
  });

  it('reports what could not be committed, and puts it aside with its reason on the last receive', async () => {
    endpoint.answers.TransactWriteItems = () => ({ __type: 'ValidationException', message: 'too large' });
    const handler = await load();
    const body = JSON.stringify(statusChange());
    expect(await handler(sqsEvent([body]), context)).toEqual({ batchItemFailures: [{ itemIdentifier: 'm0' }] });
    expect(sent()).toEqual([]);
    expect(await handler(sqsEvent([body], 5), context)).toEqual({ batchItemFailures: [] });
    const MessageAttributes = {
      reason: { DataType: 'String', StringValue: expect.stringContaining('ValidationException: too large') },
    };
    expect(sent()).toEqual([['dead', [{ Id: '0', MessageBody: body, MessageAttributes }]]]);
  });

  it('S15: has a terminal record looked at 5 s later, by a message to its own queue', async () => {
    const handler = await load();
    await handler(awslogs([historyRecord({ type: 'ExecutionFailed', details: {}, at: Date.now() })]) as never, context);
    const MessageBody = '{"settle":{"workflow":"orders","id":"order-1042"}}';
    expect(sent()).toEqual([['ingest', [{ Id: '0', MessageBody, DelaySeconds: 5 }]]]);
  });

  it('S35: a look that cannot be sent fails nothing: the reconciler comes every minute', async () => {
    endpoint.answers.SendMessageBatch = () => ({ __type: 'AccessDenied' });
    const handler = await load();
    await handler(awslogs([historyRecord({ type: 'ExecutionFailed', details: {}, at: Date.now() })]) as never, context);
    expect(endpoint.operations()).toContain('SendMessageBatch');
  });
});

describe('the intake Lambda', () => {
  const load = async () => (await import('../../../handlers/intake/index.ts')).handler;

  it('starts what a message names, and takes the answer into the log', async () => {
    const record = { workflow: 'orders', id: 'o1', tenant: 'acme', intakeAttempt: 1, input: '{"a":1}', acceptedAt: 1 };
    endpoint.answers.GetItem = () => ({
      Item: { pk: { S: 'x' }, sk: { S: 'x' }, body: { S: JSON.stringify(record) } },
    });
    endpoint.answers.StartExecution = () => ({
      executionArn: `${place}:execution:orders:o1`,
      startDate: 1_767_268_800,
    });
    const handler = await load();
    expect(await handler(sqsEvent(['{"workflow":"orders","id":"o1"}']), context)).toEqual({ batchItemFailures: [] });
    expect(endpoint.operations()).toEqual(['GetItem', 'StartExecution', 'BatchGetItem', 'TransactWriteItems']);
    expect(endpoint.calls[1]?.body).toEqual({
      stateMachineArn: `${place}:stateMachine:orders`,
      name: 'o1',
      input: '{"a":1}',
    });
  });

  it('puts a message that names nothing aside at once', async () => {
    const handler = await load();
    expect(await handler(sqsEvent(['hello']), context)).toEqual({ batchItemFailures: [] });
    expect(sent()).toMatchObject([['dead', [{ MessageBody: 'hello' }]]]);
  });
});

describe('the reconcile Lambda', () => {
  it('asks the table and Step Functions for everything that may be due', async () => {
    const { handler } = await import('../../../handlers/reconcile/index.ts');
    await handler({}, context);
    expect(new Set(endpoint.operations())).toEqual(new Set(['Query', 'GetItem', 'ListExecutions', 'PutItem']));
    const lists = endpoint.calls.filter(({ operation }) => operation === 'ListExecutions').map(({ body }) => body);
    expect(lists).toEqual([
      { stateMachineArn: `${place}:stateMachine:orders`, maxResults: 1_000 },
      { stateMachineArn: `${place}:stateMachine:orders`, maxResults: 1_000, statusFilter: 'RUNNING' },
      { stateMachineArn: `${place}:stateMachine:orders`, maxResults: 1_000 },
    ]);
  });
});
