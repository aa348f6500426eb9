import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buildSchema, execute, type GraphQLObjectType, isObjectType, parse, subscribe, validate } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { afterEach, expect, test } from 'vitest';
import { WebSocketServer } from 'ws';
import { subscription } from '../../client-sdk/src/channels/selection.ts';
import { createStatusClient, type StatusClient, type Update } from '../../client-sdk/src/index.ts';
import { createFakeLog } from './support/fake-log.ts';

const sdl = readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8');
// AppSync brings these scalars itself.
const schema = buildSchema(`scalar AWSJSON scalar AWSDateTime ${sdl}`, { assumeValidSDL: true });
const closing: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** The contract on real sockets: plain HTTP for the log, the graphql-ws library's own server for subscriptions. */
async function serve() {
  const log = createFakeLog();
  const listeners = new Set<(update: Update) => void>();
  const seen = { tokens: [] as unknown[], isLogReadable: true, accepts: () => true, onSubscribed: () => {} };
  const http = createServer((request, response) => {
    if (!seen.isLogReadable) response.statusCode = 503;
    const { pathname, searchParams } = new URL(String(request.url), 'http://127.0.0.1');
    const port = (http.address() as AddressInfo).port;
    const subscriptions = {
      channel: 'subscription',
      protocol: 'graphql-transport-ws',
      url: `ws://127.0.0.1:${port}/graphql`,
    };
    const body = pathname.startsWith('/.well-known')
      ? { version: 1, channels: [subscriptions] }
      : log.read(searchParams.get('after'));
    response.setHeader('content-type', 'application/json').end(JSON.stringify(body));
  });
  const sockets = new WebSocketServer({ server: http, path: '/graphql' });
  const server = useServer(
    {
      schema,
      execute,
      subscribe,
      validate,
      onConnect: ({ connectionParams }) => {
        seen.tokens.push(connectionParams?.authorization);
        return seen.accepts();
      },
      roots: { subscription: { statusChanged: () => follow(listeners, seen.onSubscribed) } },
    },
    sockets,
  );
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  closing.push(async () => {
    await server.dispose();
    http.closeAllConnections();
    await new Promise((resolve) => http.close(resolve));
  });
  const { port } = http.address() as AddressInfo;
  const client: StatusClient = createStatusClient({
    url: `http://127.0.0.1:${port}`,
    token: 'key',
    channels: 'subscription',
  });
  closing.push(() => client.close());
  const append = (change?: Partial<Update>) => {
    const update = log.append(change);
    for (const listener of listeners) listener(update);
  };
  /** Resolves at the next subscription. */
  const subscribed = () =>
    new Promise<void>((resolve) => {
      seen.onSubscribed = resolve;
    });
  return { client, log, sockets, seen, append, subscribed };
}

/** What a subscription of the server yields. */
async function* follow(listeners: Set<(update: Update) => void>, onSubscribed: () => void) {
  const waiting: Update[] = [];
  let wake: () => void = () => undefined;
  const listener = (update: Update) => {
    waiting.push(update);
    wake();
  };
  listeners.add(listener);
  onSubscribed();
  try {
    for (;;) {
      for (const update of waiting.splice(0))
        yield { statusChanged: { ...update, output: JSON.stringify(update.output) } };
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  } finally {
    listeners.delete(listener);
  }
}

test('the subscription selects every field of the contract, and is valid against the schema', () => {
  expect(validate(schema, parse(subscription))).toEqual([]);
  for (const name of ['Update', 'Progress', 'StatusError']) {
    const type = schema.getType(name) as GraphQLObjectType;
    expect(isObjectType(type)).toBe(true);
    for (const field of Object.keys(type.getFields())) expect(subscription).toMatch(new RegExp(`\\b${field}\\b`));
  }
});

test("the protocol, as the graphql-ws library's server speaks it: updates come over the socket", async () => {
  const { client, seen, append, subscribed } = await serve();
  append();
  const active = subscribed();
  const iterator = client.watch('orders', 'order-1')[Symbol.asyncIterator]();
  expect((await iterator.next()).value).toMatchObject({ seq: 1 });
  await active;
  // From here on, only the socket can have carried it.
  seen.isLogReadable = false;
  append({ state: 'Charge', activeStates: ['Charge'], progress: { percent: 50, message: null } });
  append({ status: 'SUCCEEDED', output: { total: 42 } });
  expect((await iterator.next()).value).toMatchObject({ seq: 2, state: 'Charge', progress: { percent: 50 } });
  expect((await iterator.next()).value).toMatchObject({ seq: 3, output: { total: 42 }, skipped: false });
  expect(seen.tokens).toEqual(['Bearer key']);
});

test('the protocol: leaving completes the subscription, and the connection is closed', async () => {
  const { client, sockets, append, subscribed } = await serve();
  append();
  const active = subscribed();
  const watch = client.watch('orders', 'order-1');
  const [socket] = await Promise.all([
    new Promise<import('ws').WebSocket>((resolve) => sockets.once('connection', resolve)),
    watch[Symbol.asyncIterator]().next(),
    active,
  ]);
  const completed = new Promise<string>((resolve) => socket.once('message', (data) => resolve(String(data))));
  const gone = new Promise<number>((resolve) => socket.once('close', resolve));
  watch.close();
  expect(JSON.parse(await completed)).toEqual({ id: expect.any(String), type: 'complete' });
  client.close();
  expect(await gone).toBe(1000);
});

test('the protocol: a refused connection_init comes back with the same subscription', async () => {
  const { client, seen, append, subscribed } = await serve();
  seen.accepts = () => seen.tokens.length > 1;
  append();
  const active = subscribed();
  const iterator = client.watch('orders', 'order-1')[Symbol.asyncIterator]();
  expect((await iterator.next()).value).toMatchObject({ seq: 1 });
  await active;
  expect(seen.tokens).toHaveLength(2);
  append();
  expect((await iterator.next()).value).toMatchObject({ seq: 2 });
});

test('the protocol: a broken socket is replaced, and what it missed is read', async () => {
  const { client, sockets, log, append } = await serve();
  append();
  const iterator = client.watch('orders', 'order-1')[Symbol.asyncIterator]();
  await iterator.next();
  log.append();
  for (const socket of sockets.clients) socket.terminate();
  expect((await iterator.next()).value).toMatchObject({ seq: 2 });
});
