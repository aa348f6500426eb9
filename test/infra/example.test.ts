import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { parseProgress } from '../../core/sources/progress.ts';
import { parseDefinition } from '../../embedded/workflows/definition-file.ts';
import type { TaskEvent } from '../../examples/orders/lambda.ts';
import { deployedDefinition } from '../../infra/example/deployed-definition.ts';

const definition = JSON.parse(readFileSync(join(import.meta.dirname, '../../examples/orders/orders.asl.json'), 'utf8'));
const arn = 'arn:aws:states:eu-west-1:111122223333:execution:orders:o-1';

describe('the deployed definition', () => {
  const deployed = deployedDefinition(definition, (name) => `arn:aws:lambda:eu-west-1:111122223333:function:${name}`);
  const states = deployed.States as Readonly<Record<string, Readonly<Record<string, unknown>>>>;

  it('is valid, and has the same states, retries and catches', () => {
    expect(parseDefinition(JSON.stringify(deployed))).toMatchObject({ type: 'definition' });
    expect(Object.keys(states)).toEqual(Object.keys(definition.States));
    for (const [name, { Retry, Catch, Next, End, Type }] of Object.entries(states)) {
      const { [name]: original } = definition.States;
      expect({ Retry, Catch, Next, End, Type }).toEqual({
        ...{
          Retry: original.Retry,
          Catch: original.Catch,
          Next: original.Next,
          End: original.End,
          Type: original.Type,
        },
      });
    }
  });

  it('hands each function the input and what it has to know of its execution, and takes its answer', () => {
    expect(states.CheckInventory).toMatchObject({
      Resource: 'arn:aws:states:::lambda:invoke',
      Parameters: {
        FunctionName: 'arn:aws:lambda:eu-west-1:111122223333:function:CheckInventory',
        Payload: { 'input.$': '$', 'execution.$': '$$.Execution', 'state.$': '$$.State' },
      },
      OutputPath: '$.Payload',
    });
  });
});

describe('a task as a Lambda function', () => {
  const reported: Record<string, string>[] = [];
  let server: Server;
  beforeAll(async () => {
    server = createServer((request, response) => {
      request.setEncoding('utf8').on('data', (text) => reported.push(...JSON.parse(text).Entries));
      response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' });
      request.on('end', () => response.end('{"FailedEntryCount":0,"Entries":[{"EventId":"e"}]}'));
    }).listen(0, '127.0.0.1');
    await new Promise((listening) => server.once('listening', listening));
    vi.stubEnv('AWS_ENDPOINT_URL_EVENTBRIDGE', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    for (const [name, value] of Object.entries({ REGION: 'eu-west-1', ACCESS_KEY_ID: 'k', SECRET_ACCESS_KEY: 's' })) {
      vi.stubEnv(`AWS_${name}`, value);
    }
  });
  afterAll(() => {
    vi.unstubAllEnvs();
    server.closeAllConnections();
    server.close();
  });
  const event = (input: TaskEvent['input']): TaskEvent => ({
    input,
    ...{ execution: { Id: arn, Name: 'o-1', RedriveCount: 1 }, machine: { Name: 'orders' } },
    state: { Name: 'ProcessPayment', RetryCount: 0 },
  });

  it('S11: does its work, and its reports are progress of that execution and attempt', async () => {
    const { ProcessPayment } = await import('../../examples/orders/lambda.ts');
    expect(await ProcessPayment(event({ total: 7 }))).toMatchObject({ orderId: 'o-1', total: 7, paid: true });
    expect(reported).toHaveLength(2);
    const [entry] = reported;
    const received = {
      ...{ id: 'e-1', source: entry?.Source, 'detail-type': entry?.DetailType, time: '2026-11-20T10:00:00Z' },
      // EventBridge adds whose event it is.
      ...{ account: '111122223333', region: 'eu-west-1', resources: [], detail: JSON.parse(entry?.Detail ?? '{}') },
    };
    expect(parseProgress(received)).toMatchObject({
      type: 'facts',
      facts: [{ workflow: 'orders', id: 'o-1', redriveCount: 1, percent: 10, message: 'Charging the card' }],
    });
  });

  it('fails by the error’s name, which is what Retry and Catch look at', async () => {
    const { ProcessPayment } = await import('../../examples/orders/lambda.ts');
    await expect(ProcessPayment(event({ payment: 'timeout' }))).rejects.toMatchObject({ name: 'Lambda.Timeout' });
  });
});
