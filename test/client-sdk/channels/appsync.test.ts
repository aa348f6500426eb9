import { expect, test } from 'vitest';
import { type AppSyncRequest, appsync } from '../../../client-sdk/src/channels/appsync.ts';
import { subscription } from '../../../client-sdk/src/channels/selection.ts';
import { makeToken } from '../support/make-token.ts';
import { type ChannelKit, channelKit } from './support/channel-kit.ts';

const url = 'https://abc.appsync-api.eu-west-1.amazonaws.com/graphql';
const host = 'abc.appsync-api.eu-west-1.amazonaws.com';

/** The header that travels in the handshake. */
function handshake({ sockets }: ChannelKit): unknown {
  const [name, header] = (sockets.at(-1)?.protocol ?? '').split(',');
  expect(name).toBe('graphql-ws');
  expect(header).toMatch(/^header-[A-Za-z0-9_-]+$/);
  return JSON.parse(Buffer.from(String(header).slice('header-'.length), 'base64url').toString());
}

/** The header that travels with the first subscription. */
const started = ({ sockets }: ChannelKit): unknown =>
  (sockets.at(-1)?.received[1]?.payload?.extensions as { authorization: unknown } | undefined)?.authorization;

test.each([
  [url, 'wss://abc.appsync-realtime-api.eu-west-1.amazonaws.com/graphql'],
  ['https://api.example.com/graphql', 'wss://api.example.com/graphql/realtime'],
  ['http://127.0.0.1:8787/graphql', 'ws://127.0.0.1:8787/graphql/realtime'],
  ['/base/graphql', 'wss://status.test/base/graphql/realtime'],
])('%s is connected to at %s', async (endpoint, realtime) => {
  const kit = channelKit('appsync', { url: endpoint });
  kit.open();
  await kit.clock.settle();
  expect(kit.sockets[0]?.url).toBe(realtime);
  expect(handshake(kit)).toMatchObject({ host: new URL(endpoint, 'https://status.test').host });
});

const jwt = makeToken({});

test.each([
  ['a watch token, for the Lambda authorizer (S29)', {}, jwt, { Authorization: `sw_${jwt}` }],
  ['a key of the service', {}, 'sw_1a_secret', { Authorization: 'sw_1a_secret' }],
  ['a token of OpenID Connect or Cognito', { auth: 'oidc' }, jwt, { Authorization: jwt }],
  ["AppSync's API key", { auth: { apiKey: 'da2-key' } }, jwt, { 'x-api-key': 'da2-key' }],
  ['nothing', {}, undefined, {}],
] as const)('credentials: %s', async (_name, options, token, expected) => {
  const kit = channelKit('appsync', { url, token, factory: appsync(options) });
  const { told } = kit.open();
  await kit.clock.settle();
  expect(handshake(kit)).toEqual({ host, ...expected });
  expect(started(kit)).toEqual({ host, ...expected });
  expect(told).toEqual(['up']);
  expect(kit.sockets[0]?.url).not.toContain('Authorization');
});

test('IAM: the callback signs the connection and each subscription, again on every attempt', async () => {
  const requests: AppSyncRequest[] = [];
  const auth = async (request: AppSyncRequest) => {
    requests.push(request);
    return { authorization: `signature ${requests.length}`, 'x-amz-date': '20261120T100000Z' };
  };
  const kit = channelKit('appsync', { url, factory: appsync({ auth }) });
  kit.open();
  await kit.clock.settle();
  const data = JSON.stringify({ query: subscription, variables: { workflow: 'orders', id: 'order-1' } });
  expect(requests).toEqual([
    { url: `${url}/connect`, body: '{}' },
    { url, body: data },
  ]);
  expect(handshake(kit)).toEqual({ host, authorization: 'signature 1', 'x-amz-date': '20261120T100000Z' });
  expect(started(kit)).toMatchObject({ host, authorization: 'signature 2' });
  expect(kit.sockets[0]?.received[1]?.payload?.data).toBe(data);
  kit.channel.wake(true);
  await kit.clock.settle();
  expect(requests).toHaveLength(4);
});

test('IAM: a callback that fails is asked again by back-off', async () => {
  let asked = 0;
  const auth = () => {
    if (++asked < 3) throw new Error('no credentials yet');
    return { authorization: 'signature' };
  };
  const kit = channelKit('appsync', { url, factory: appsync({ auth }) });
  const { told } = kit.open();
  await kit.clock.advance(5_000);
  expect(told).toEqual(['down unavailable', 'down unavailable', 'up']);
});

test.each([
  { errors: [{ errorType: 'UnauthorizedException', errorCode: 401 }] },
  { errors: [{ errorType: 'Unauthorized', message: 'Permission denied' }] },
])('a connection that is refused by %j gets a fresh token', async (payload) => {
  let asked = 0;
  const kit = channelKit('appsync', { url, token: () => `sw_token_${++asked}` });
  const { told } = kit.open();
  await kit.clock.settle();
  kit.sockets[0]?.send({ type: 'connection_error', payload });
  await kit.clock.settle();
  expect(told).toEqual(['up', 'down unauthorized', 'up']);
  expect(handshake(kit)).toMatchObject({ Authorization: 'sw_token_2' });
});

test('a connection that is refused for another reason, or an error that names no subscription, waits', async () => {
  const kit = channelKit('appsync', { url });
  const { told } = kit.open();
  await kit.clock.settle();
  kit.sockets[0]?.send({ type: 'connection_error', payload: { errors: [{ errorType: 'BadRequestException' }] } });
  await kit.clock.settle();
  expect(kit.sockets).toHaveLength(1);
  await kit.clock.advance(500);
  expect(told).toEqual(['up', 'down unavailable', 'up']);
  kit.sockets[1]?.send({ type: 'error', payload: { errors: [{ errorType: 'UnsupportedOperation' }] } });
  await kit.clock.advance(2_000);
  expect(told.slice(3)).toEqual(['down unavailable', 'up']);
});

test('nothing is subscribed, and nothing reported live, before `connection_ack` and `start_ack`', async () => {
  const kit = channelKit('appsync', { url });
  kit.behaviour.server = 'silent';
  const { told } = kit.open();
  await kit.clock.advance(1_000);
  expect(kit.sockets[0]?.received).toEqual([{ type: 'connection_init' }]);
  kit.sockets[0]?.send({ type: 'ka' });
  kit.sockets[0]?.send({ type: 'connection_ack' });
  await kit.clock.settle();
  expect(told).toEqual([]);
  kit.sockets[0]?.send({ type: 'start_ack', id: kit.sockets[0]?.received[1]?.id });
  expect(told).toEqual(['up']);
});

test('without a time of its own, silence of 5 min ends a connection; `ka` begins the time anew', async () => {
  const kit = channelKit('appsync', { url });
  kit.behaviour.timeoutMs = undefined as never;
  kit.open();
  await kit.clock.advance(290_000);
  kit.sockets[0]?.send({ type: 'ka' });
  await kit.clock.advance(299_000);
  expect(kit.sockets).toHaveLength(1);
  await kit.clock.advance(5_000);
  expect(kit.sockets).toHaveLength(2);
});
