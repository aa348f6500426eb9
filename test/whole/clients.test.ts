import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import type { Update } from '../../core/contract.ts';
import { awslogs, historyRecord, progressEvent, startDate, statusChange } from '../support/aws-shapes.ts';
import { type ServiceKit, serviceKit } from '../support/service-kit.ts';

let kit: ServiceKit;
beforeAll(async () => {
  kit = await serviceKit();
});
afterAll(() => kit.stop());

const graphqlClient = (credential: string) =>
  createClient({
    url: `${kit.service.url.replace(/^http/, 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${credential}` },
    retryAttempts: 0,
  });

describe('clients nobody here wrote', () => {
  it('S17: graphql-ws’s own client gets what is committed after it subscribed, by id and by workflow', async () => {
    const client = graphqlClient(kit.service.apiKey);
    const query = `
      subscription ($id: ID) { change: statusChanged(workflow: "orders", id: $id) { ...part } }
      fragment part on Update { id seq status state output }`;
    const byId = client.iterate<{ change: Update }>({ query, variables: { id: 'gql-1' } });
    const all = client.iterate<{ change: Update }>({ query });
    // The subscription is active once its first update arrives, so both are asked before anything is started.
    const [ofOne, ofAll] = [collect(byId), collect(all)];
    await subscribed(client);
    await kit.call('/executions/orders', { body: { id: 'gql-1', input: { total: 7 } } });
    const log = await kit.updatesOf('orders', 'gql-1').then(async function again(log): Promise<readonly Update[]> {
      return log.at(-1)?.done ? log : kit.updatesOf('orders', 'gql-1').then(again);
    });
    const expected = log.map(({ id, seq, status, state, output }) => ({
      id,
      seq,
      status,
      state,
      output: output === null ? null : JSON.stringify(output),
    }));
    expect(await ofOne).toEqual(expected);
    expect(await ofAll).toEqual(expected);
    await client.dispose();

    /** The server answers in order, so its answer to a query on the same socket comes after both subscriptions. */
    async function subscribed(socket: typeof client): Promise<void> {
      for await (const _ of socket.iterate({ query: '{ status(workflow: "orders", id: "none") { seq } }' })) return;
    }
    async function collect(
      updates: AsyncIterable<{ data?: { change: Update } | null | undefined }>,
    ): Promise<readonly Update[]> {
      const got: Update[] = [];
      for await (const { data } of updates) {
        if (data) got.push(data.change);
        if (data?.change.status === 'SUCCEEDED') break;
      }
      return got;
    }
  });

  it('plain fetch starts, polls and reads the result', async () => {
    const started = await kit.call('/executions/orders', { body: { input: { orderId: 'o-9' } } });
    expect(started.status).toBe(202);
    expect(started.headers.get('location')).toBe(started.body.statusUrl);
    const poll = async (): Promise<Update> => {
      const answer = await fetch(started.body.statusUrl, {
        headers: { authorization: `Bearer ${started.body.token}` },
      });
      const update = (await answer.json()) as Update;
      expect(answer.headers.get('etag')).toBe(`"${update.epoch}.${update.seq}"`);
      return update.done ? update : poll();
    };
    expect((await poll()).status).toBe('SUCCEEDED');
    const result = await kit.call(`/result/orders/${started.body.id}`);
    expect(result.body).toMatchObject({ output: { orderId: 'o-9', total: 42 } });
  });

  it('S24: a refused token is closed with 4403 over the socket and 401 over HTTP', async () => {
    const client = graphqlClient('sw_nobody_0123456789abcdef0123');
    const closed = new Promise<number>((resolve) =>
      client.on('closed', (event) => resolve((event as CloseEvent).code)),
    );
    const refused = client.iterate({ query: 'subscription { statusChanged(workflow: "orders") { seq } }' }).next();
    await expect(refused).rejects.toBeDefined();
    expect(await closed).toBe(4403);
    expect(await kit.call('/status/orders/x', { credential: 'sw_nobody_0123456789abcdef0123' })).toMatchObject({
      status: 401,
      body: { type: 'urn:statuswire:problem:unauthorized' },
    });
  });
});

describe('bad input gets its documented answer', () => {
  it.each([
    ['bad JSON', '/executions/orders', { body: '{"id":' }, 400, 'bad-request'],
    ['an unknown workflow', '/executions/nothing', { body: {} }, 404, 'not-found'],
    ['a 2 MB body', '/executions/orders', { body: { input: 'x'.repeat(2_000_000) } }, 413, 'payload-too-large'],
    ['a malformed cursor', '/status/orders/x/updates?after=%25', {}, 400, 'malformed-cursor'],
    ['an unknown execution', '/status/orders/nobody', {}, 404, 'not-found'],
    ['a route that does not exist', '/nowhere', {}, 404, 'not-found'],
    ['another method', '/status/orders/x', { method: 'PUT', body: {} }, 405, 'method-not-allowed'],
    [
      'a body that is not JSON',
      '/executions/orders',
      { body: 'a=b', headers: { 'content-type': 'text/plain' } },
      415,
      'unsupported-media-type',
    ],
    ['a private webhook address', '/webhooks', { body: { url: 'https://10.0.0.1/' } }, 422, 'private-address'],
  ])('%s', async (_, path, options, status, type) => {
    const answer = await kit.call(path, options);
    expect(answer).toMatchObject({ status, body: { type: `urn:statuswire:problem:${type}`, status } });
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
  });

  it('a malformed GraphQL query', async () => {
    const { status, body } = await kit.call('/graphql', { body: { query: '{ status(' } });
    expect(status).toBe(200);
    expect(body.errors[0].message).toContain('Syntax Error');
  });

  it('S26: a foreign tenant’s id answers exactly like one that does not exist', async () => {
    const { body } = await kit.call('/keys', { body: { tenant: 'other', scopes: ['read'], label: 'x' } });
    const credential = body.key ?? body.secret;
    await kit.call('/executions/orders', { body: { id: 'mine' } });
    const foreign = await kit.call('/status/orders/mine', { credential });
    const absent = await kit.call('/status/orders/none', { credential });
    expect(foreign.status).toBe(404);
    expect(foreign.body).toEqual(absent.body);
    expect(await kit.call('/status/orders/mine')).toMatchObject({ status: 200 });
  });
});

describe('events as AWS sends them, by POST /events', () => {
  const events = [
    statusChange({ workflow: 'cloud', id: 'c-1', detail: { somethingNew: { deep: true }, redriveStatus: undefined } }),
    awslogs([
      historyRecord({ workflow: 'cloud', id: 'c-1', historyId: 2, type: 'ParallelStateEntered', state: 'Fork' }),
      historyRecord({ workflow: 'cloud', id: 'c-1', historyId: 3, state: 'Left' }),
      historyRecord({ workflow: 'cloud', id: 'c-1', historyId: 4, state: 'Right' }),
    ]),
    progressEvent({ workflow: 'cloud', id: 'c-1', percent: 10, at: startDate + 2_000 }),
    statusChange({
      workflow: 'cloud',
      id: 'c-1',
      status: 'FAILED',
      error: 'Boom',
      cause: 'secret',
      stopDate: startDate + 5_000,
    }),
  ];

  it('in any order and twice they give a log that ends the same, for a workflow nobody configured', async () => {
    for (const [index, order] of [events, [...events].reverse(), [...events, ...events]].entries()) {
      const id = `c-${index + 10}`;
      const renamed = JSON.parse(JSON.stringify(order.filter((event) => !('awslogs' in event))).replaceAll('c-1', id));
      const logs = awslogs([
        historyRecord({ workflow: 'cloud', id, historyId: 2, type: 'ParallelStateEntered', state: 'Fork' }),
        historyRecord({ workflow: 'cloud', id, historyId: 3, state: 'Left' }),
      ]);
      for (const event of [logs, ...renamed, logs]) {
        expect((await kit.call('/events', { body: event })).body).toMatchObject({ accepted: 1, rejected: [] });
      }
      const updates = await kit.updatesOf('cloud', id);
      expect(updates.map((update) => update.seq)).toEqual(updates.map((_, at) => at + 1));
      expect(updates.at(-1)).toMatchObject({
        status: 'FAILED',
        error: { name: 'Boom', cause: null },
        startedAt: new Date(startDate).toISOString(),
        done: true,
        tenant: 'default',
      });
    }
  });

  it('S25: each bad one is answered with its reason, the good ones are taken', async () => {
    const { status, body } = await kit.call('/events', {
      body: [{ hello: 1 }, statusChange({ workflow: 'cloud', id: 'ok' })],
    });
    expect([status, body.accepted, body.rejected[0].index]).toEqual([200, 1, 0]);
  });
});
