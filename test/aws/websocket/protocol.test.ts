import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { countOf, deploy, openRaw, start, subscribed, until, updates, watchAll, watchOne } from './support.ts';

const text = (message: unknown): string => JSON.stringify(message);
const refused = (closeCode: number, code = 'BAD_REQUEST') => ({
  type: 'connection_error',
  payload: { errors: [{ message: expect.any(String), extensions: { closeCode, code } }] },
});
const subscribe = (id: string, query = watchAll): string => text({ id, type: 'subscribe', payload: { query } });

// docs/decisions/websocket-on-aws.md has this table.
test.each<[string, string, object]>([
  ['no JSON', 'hello', refused(4400)],
  ['no object', '[1]', refused(4400)],
  ['no type', '{}', refused(4400)],
  ['an unknown type', text({ type: 'start', id: '1' }), refused(4400)],
  ['a message of the server', text({ type: 'next', id: '1', payload: {} }), refused(4400)],
  ['subscribe without id', text({ type: 'subscribe', payload: { query: watchAll } }), refused(4400)],
  ['subscribe without query', text({ type: 'subscribe', id: '1', payload: {} }), refused(4400)],
  ['over 32 KiB, in frames that AWS takes', '', refused(1009)],
  ['a second connection_init', text({ type: 'connection_init' }), refused(4403, 'FORBIDDEN')],
  ['a second connection_init that is good', 'init', refused(4429)],
  ['a second connection_init with an expired token', 'expired', refused(4429)],
  ['an id that is taken', subscribe('taken'), refused(4409)],
])('bad message: %s', async (name, message, answer) => {
  const deployed = await deploy();
  const client = await openRaw(deployed);
  client.send(subscribe('taken'));
  await subscribed(deployed, 1, null);
  if (name.startsWith('over')) {
    client.socket.send('x'.repeat(30_000), { fin: false });
    client.socket.send('x'.repeat(30_000), { fin: true });
  } else if (message === 'expired') {
    const authorization = await deployed.mint(1);
    deployed.clock.advance(1_000);
    client.send({ type: 'connection_init', payload: { authorization } });
  } else if (message === 'init') client.send({ type: 'connection_init', payload: { authorization: deployed.key } });
  else client.send(message);
  await client.closed;
  expect(client.messages.slice(1)).toEqual([answer]);
  // Whatever it had is gone with it.
  expect(await countOf(deployed, null)).toBe(0);
  expect(deployed.reported).toEqual([]);
});

test.each([
  ['subscribe before connection_init', subscribe('1')],
  ['the same with a bad query', subscribe('1', 'nonsense')],
])(
  'wrong order: %s drops the connection without a word, as an expired one’s last message looks alike',
  async (_, message) => {
    const deployed = await deploy();
    const client = await openRaw(deployed, null);
    client.send(message);
    expect((await client.closed).code).toBe(1000);
    expect(client.messages).toEqual([]);
  },
);

test.each([
  ['a frame over 32 KiB', text({ type: 'ping', payload: { a: 'x'.repeat(33_000) } })],
  ['a message over 128 KiB', text({ type: 'ping', payload: { a: 'x'.repeat(140_000) } })],
])('AWS itself cuts a connection over %s', async (_, message) => {
  const client = await openRaw(await deploy());
  client.send(message);
  expect((await client.closed).code).toBe(1009);
});

test.each([
  ['complete of an id that nobody knows', text({ type: 'complete', id: 'none' })],
  ['complete before connection_init', text({ type: 'complete', id: 'none' })],
  ['pong', text({ type: 'pong' })],
])('%s is nothing to speak of', async (name, message) => {
  const deployed = await deploy();
  const client = await openRaw(deployed, name.includes('before') ? null : `Bearer ${deployed.key}`);
  const before = client.messages.length;
  client.send(message);
  client.send({ type: 'ping', payload: { n: 1 } });
  await client.got(before + 1);
  expect(client.messages.slice(before)).toEqual([{ type: 'pong', payload: { n: 1 } }]);
});

test.each([
  ['validation', '{ statusChanged }', undefined],
  ['no such field', 'subscription { nothing }', undefined],
  ['mutation', 'mutation { publishStatus { id } }', undefined],
])('an operation that cannot be is answered with `error`, and the connection goes on: %s', async (_, query) => {
  const client = await openRaw(await deploy());
  client.subscribe('1', query);
  client.send({ type: 'ping' });
  await client.got(3);
  const answers = client.messages.slice(1);
  expect(answers).toContainEqual({
    id: '1',
    type: 'error',
    payload: [expect.objectContaining({ message: expect.any(String) })],
  });
  expect(answers).toContainEqual({ type: 'pong' });
});

test('S28: a token that names executions must subscribe with an id; FORBIDDEN is an `error`', async () => {
  const deployed = await deploy();
  const caller = await deployed.verifier.verify(deployed.key);
  if (!caller) throw new Error('no caller');
  const grant = { type: 'executions', executions: [{ workflow: 'orders', id: 'order-1' }] } as const;
  const minted = await deployed.verifier.mintToken(caller, grant, 900);
  const client = await openRaw(deployed, minted.type === 'minted' ? minted.token : '');
  client.subscribe('all', watchAll);
  await client.got(2);
  expect(client.messages[1]).toMatchObject({
    id: 'all',
    type: 'error',
    payload: [{ extensions: { code: 'FORBIDDEN' } }],
  });
  client.subscribe('one', watchOne, { id: 'order-1' });
  await subscribed(deployed, 1);
  client.subscribe('other', watchOne, { id: 'order-2' });
  await client.got(3);
  expect(client.messages[2]).toMatchObject({ id: 'other', type: 'error' });
});

test('queries are answered with next and complete, in this order', async () => {
  const client = await openRaw(await deploy());
  client.subscribe('q', '{ status(workflow: "orders", id: "order-1") { seq } }');
  await client.got(3);
  expect(client.messages.slice(1)).toEqual([
    { id: 'q', type: 'next', payload: { data: { status: { seq: 3 } } } },
    { id: 'q', type: 'complete' },
  ]);
});

test('a query’s answer that no frame takes is an `error`, not a connection that AWS cuts', async () => {
  const client = await openRaw(await deploy());
  client.subscribe('q', '{ status(workflow: "orders", id: "order-1") { a: output b: output c: output } }');
  await client.got(2);
  expect(client.messages[1]).toMatchObject({
    id: 'q',
    type: 'error',
    payload: [{ extensions: { code: 'UNSUPPORTED' } }],
  });
});

test('a connection has 100 subscriptions; one more is an `error`', async () => {
  const deployed = await deploy({ limits: { operationsPerSocket: 3 } });
  const client = await openRaw(deployed);
  for (const id of ['1', '2', '3']) client.subscribe(id, watchAll);
  await subscribed(deployed, 3, null);
  client.subscribe('4', watchAll);
  await client.got(2);
  expect(client.messages[1]).toMatchObject({
    id: '4',
    type: 'error',
    payload: [{ extensions: { code: 'TOO_MANY_OPERATIONS' } }],
  });
  client.send({ type: 'complete', id: '2' });
  await subscribed(deployed, 2, null);
  client.subscribe('4', watchAll);
  await subscribed(deployed, 3, null);
});

test('ids and requests that are too long are refused before they are stored', async () => {
  const deployed = await deploy();
  const client = await openRaw(deployed);
  client.subscribe('i'.repeat(129), watchAll);
  client.subscribe('long', `subscription ($id: ID) { statusChanged(workflow: "orders", id: $id) { seq } }`, {
    id: 'order-1',
    unused: 'x'.repeat(20_000),
  });
  await subscribed(deployed, 1);
  for await (const [stored] of deployed.connections.audience(
    { tenant: 'default', workflow: 'orders', id: 'order-1' },
    start,
  ))
    expect(stored?.request.variables).toEqual({ id: 'order-1' });
  await client.got(2);
  expect(client.messages[1]).toMatchObject({ type: 'error', payload: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
});

test('a complete that API Gateway hands over before its subscribe still ends it', async () => {
  const held = Promise.withResolvers<void>();
  const deployed = await deploy({
    before: async (event) => {
      if ('body' in event && String(event.body).includes('subscribe"')) await held.promise;
    },
  });
  const client = await openRaw(deployed);
  client.subscribe('1', watchAll);
  client.send({ type: 'complete', id: '1' });
  client.send({ type: 'ping' });
  await client.got(2);
  held.resolve();
  client.send({ type: 'ping' });
  await client.got(3);
  await deployed.publish(updates(1));
  client.send({ type: 'ping' });
  await client.got(4);
  expect(client.messages.slice(1)).toEqual([{ type: 'pong' }, { type: 'pong' }, { type: 'pong' }]);
});

test.each<[string, Record<string, string>, string[], readonly string[], number]>([
  ['no subprotocol', {}, [], [], 400],
  ['another subprotocol', {}, ['graphql-ws'], [], 400],
  ['S23: an origin when none is allowed', { origin: 'https://a.example' }, ['graphql-transport-ws'], [], 403],
  ['S23: another origin', { origin: 'https://b.example' }, ['graphql-transport-ws'], ['https://a.example'], 403],
])('$connect refuses %s', async (_, headers, protocols, origins, status) => {
  const { api } = await deploy({ origins });
  const socket = new WebSocket(api.url, protocols, { headers });
  const answered = await new Promise<number>((resolve) => {
    socket.on('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0));
    socket.on('error', () => undefined);
  });
  expect(answered).toBe(status);
  expect(api.open()).toEqual([]);
});

test.each([['https://a.example'], ['*']])(
  'S23: $connect takes an origin of the list (%s), among other subprotocols',
  async (allowed) => {
    const { api } = await deploy({ origins: [allowed] });
    const headers = { origin: 'https://a.example' };
    const socket = new WebSocket(api.url, ['other', 'graphql-transport-ws'], { headers });
    await new Promise((resolve) => socket.once('open', resolve));
    expect(socket.protocol).toBe('graphql-transport-ws');
    socket.terminate();
  },
);

test('the Lambda answers every route without a body: what clients get is posted', async () => {
  const deployed = await deploy();
  const client = await openRaw(deployed);
  client.subscribe('1', watchAll);
  await subscribed(deployed, 1, null);
  client.socket.close();
  await until(() => deployed.results.length === 4);
  const headers = { 'Sec-WebSocket-Protocol': 'graphql-transport-ws' };
  expect(deployed.results).toEqual([{ statusCode: 200, headers }, ...Array(3).fill({ statusCode: 200 })]);
  expect(await countOf(deployed, null)).toBe(0);
  expect(client.messages).toEqual([{ type: 'connection_ack', payload: { connectionTimeoutMs: 55_000 } }]);
});

test.each<[string, number | null | undefined, number]>([
  ['when it was made, as AWS tells', undefined, 0],
  ['connection_init where AWS does not tell', null, 60_000],
  ['connection_init where that cannot be: in seconds', start / 1_000, 60_000],
  ['connection_init where that cannot be: later than now', start + 90_000, 60_000],
])('a connection counts as ended 2 hours after %s', async (_, connectedAt, later) => {
  const deployed = await deploy({
    before: async ({ requestContext }) => {
      if (connectedAt !== undefined) Object.assign(requestContext, { connectedAt });
    },
  });
  const client = await openRaw(deployed, null);
  const [id = ''] = deployed.api.open();
  deployed.clock.advance(60_000);
  client.send({ type: 'connection_init', payload: { authorization: deployed.key } });
  await client.got(1);
  expect((await deployed.connections.find(id))?.endsAt).toBe(start + later + 2 * 3_600_000);
});
