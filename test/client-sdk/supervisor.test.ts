import { expect, test } from 'vitest';
import { collect } from './support/collect.ts';
import { createFakeService } from './support/fake-service.ts';

test('one request paints the page, then the subscription carries on and HTTP is left alone', async () => {
  const service = createFakeService();
  service.append();
  const seen = collect(service.client());
  await service.clock.settle();
  expect(seen.seqs()).toBe('1');
  await service.clock.advance(5_000);
  const pulls = service.pulls();
  for (let i = 0; i < 5; i++) service.append({ state: `S${i}` });
  await service.clock.advance(30_000);
  expect(seen.seqs()).toBe('1 2 3 4 5 6');
  expect(service.pulls()).toBe(pulls);
  expect(seen.watch.getSnapshot().connection).toMatchObject({ state: 'live', channel: 'subscription' });
});

test('S17: what was committed between reading and subscribing is pulled after the acknowledgement', async () => {
  const service = createFakeService();
  service.behaviour.openMs = 1_000;
  service.append();
  const seen = collect(service.client());
  await service.clock.advance(500);
  service.append();
  await service.clock.advance(400);
  expect(seen.seqs()).toBe('1');
  await service.clock.advance(200);
  expect(seen.seqs()).toBe('1 2');
});

test('S17: a push lost right after the acknowledgement is found by the second pull', async () => {
  const service = createFakeService();
  service.append();
  const seen = collect(service.client());
  await service.clock.advance(10);
  service.behaviour.dropPushes = true;
  service.append();
  await service.clock.advance(2_100);
  expect(seen.seqs()).toBe('1 2');
});

test('S17: a lost push without a successor is found at the safety interval', async () => {
  const service = createFakeService();
  service.append();
  const seen = collect(service.client());
  await service.clock.advance(10_000);
  service.behaviour.dropPushes = true;
  service.append({ status: 'SUCCEEDED' });
  await service.clock.advance(40_000);
  expect(seen.seqs()).toBe('1');
  await service.clock.advance(40_000);
  expect(seen.seqs()).toBe('1 2');
});

test('a gap is pulled at once', async () => {
  const service = createFakeService();
  service.append();
  const seen = collect(service.client());
  await service.clock.advance(10_000);
  service.behaviour.dropPushes = true;
  service.append();
  service.behaviour.dropPushes = false;
  service.append();
  await service.clock.settle();
  expect(seen.seqs()).toBe('1 2 3');
});

test('what is pushed first is pulled at once, although requests failed before the service said 404', async () => {
  const service = createFakeService();
  service.behaviour.http = 'down';
  const seen = collect(service.client());
  await service.clock.advance(100);
  service.behaviour.http = 'ok';
  await service.clock.advance(10_000);
  expect(seen.watch.getSnapshot().connection).toMatchObject({ state: 'live', channel: 'subscription' });
  service.append();
  await service.clock.settle();
  expect(seen.seqs()).toBe('1');
});

test('a gap that a stale read does not fill is pulled again soon', async () => {
  const service = createFakeService();
  service.append();
  const seen = collect(service.client());
  await service.clock.advance(10_000);
  service.log.append();
  service.behaviour.staleBy = 2;
  service.append();
  await service.clock.settle();
  expect(seen.seqs()).toBe('1');
  service.behaviour.staleBy = 0;
  await service.clock.advance(1_000);
  expect(seen.seqs()).toBe('1 2 3');
});

test('what turns out to be missing while a read is under way is read afterwards', async () => {
  const service = createFakeService();
  service.append();
  const seen = collect(service.client());
  await service.clock.advance(100);
  service.behaviour.answerMs = 2_000;
  await service.clock.advance(1_500);
  const [id] = service.sockets[0]?.subscriptions.keys() ?? [];
  service.log.append();
  service.sockets[0]?.send({ type: 'next', id, payload: { data: null } });
  await service.clock.advance(4_500);
  expect(seen.seqs()).toBe('1 2');
});

test('a push that is slow to come is joined by polling, and polling ends once it is there', async () => {
  const service = createFakeService();
  service.behaviour.openMs = 8_000;
  service.append();
  const seen = collect(service.client());
  await service.clock.advance(1_900);
  expect(service.pulls()).toBe(1);
  service.append();
  await service.clock.advance(200);
  expect(seen.seqs()).toBe('1 2');
  expect(seen.watch.getSnapshot().connection).toMatchObject({ state: 'live', channel: 'polling' });
  await service.clock.advance(12_000);
  expect(seen.watch.getSnapshot().connection).toMatchObject({ state: 'live', channel: 'subscription' });
  const pulls = service.pulls();
  await service.clock.advance(30_000);
  expect(service.pulls()).toBe(pulls);
});

test('a socket that opens and never acknowledges does not keep anything waiting, and is given up', async () => {
  const service = createFakeService();
  service.behaviour.socket = 'silent';
  service.append();
  const seen = collect(service.client());
  await service.clock.advance(9_000);
  service.append();
  await service.clock.advance(2_000);
  expect(seen.seqs()).toBe('1 2');
  expect(service.sockets[0]?.isOpen()).toBe(false);
  service.behaviour.socket = 'ok';
  await service.clock.advance(60_000);
  expect(seen.watch.getSnapshot().connection.channel).toBe('subscription');
});

test('a connection that went silent is found out by ping, and replaced', async () => {
  const service = createFakeService();
  service.append();
  const seen = collect(service.client());
  await service.clock.advance(1_000);
  service.behaviour.socket = 'silent';
  await service.clock.advance(33_500);
  expect(service.sockets[0]?.received.at(-1)).toEqual({ type: 'ping' });
  expect(service.sockets[0]?.isOpen()).toBe(true);
  service.behaviour.socket = 'ok';
  await service.clock.advance(5_000);
  expect(service.sockets).toHaveLength(2);
  expect(seen.watch.getSnapshot().connection.channel).toBe('subscription');
});

test('the server is answered when it pings', async () => {
  const service = createFakeService();
  service.append();
  collect(service.client());
  await service.clock.advance(10);
  service.sockets[0]?.send({ type: 'ping' });
  expect(service.sockets[0]?.received.at(-1)).toEqual({ type: 'pong' });
});

test('a subscription that the server ends is taken up again; the execution is not over', async () => {
  const service = createFakeService();
  service.append();
  const seen = collect(service.client());
  await service.clock.advance(3_000);
  const [id] = service.sockets[0]?.subscriptions.keys() ?? [];
  service.sockets[0]?.subscriptions.clear();
  service.sockets[0]?.send({ type: 'complete', id });
  await service.clock.advance(1_000);
  service.append();
  await service.clock.advance(100);
  expect(seen.seqs()).toBe('1 2');
  expect(seen.ended()).toBe(false);
  expect(service.sockets).toHaveLength(1);
});

test('what a push carries and nobody can read is pulled', async () => {
  const service = createFakeService();
  service.append();
  const seen = collect(service.client());
  await service.clock.advance(5_000);
  const [id] = service.sockets[0]?.subscriptions.keys() ?? [];
  service.log.append();
  service.sockets[0]?.send({ type: 'next', id, payload: { data: { statusChanged: { seq: 2, status: null } } } });
  await service.clock.advance(10);
  expect(seen.seqs()).toBe('1 2');
});

test('all watches of a client share one socket, which is closed after the last', async () => {
  const service = createFakeService();
  service.append();
  const client = service.client();
  const watches = [1, 2, 3].map(() => collect(client));
  await service.clock.advance(100);
  expect(service.sockets).toHaveLength(1);
  expect(service.sockets[0]?.subscriptions.size).toBe(3);
  watches[0]?.watch.close();
  await service.clock.advance(5_000);
  expect(service.sockets[0]?.subscriptions.size).toBe(2);
  for (const { watch } of watches) watch.close();
  await service.clock.advance(500);
  expect(service.sockets[0]?.isOpen()).toBe(true);
  await service.clock.advance(600);
  expect(service.sockets[0]?.isOpen()).toBe(false);
  expect(service.clock.pending()).toBe(0);
});

test('G6: a server that is down for minutes costs nothing but time', async () => {
  const service = createFakeService();
  service.append();
  const seen = collect(service.client());
  await service.clock.advance(20_000);
  Object.assign(service.behaviour, { http: 'down', socket: 'refuse' });
  service.sockets[0]?.end(1006);
  for (let i = 0; i < 150; i++) service.log.append();
  await service.clock.advance(5 * 60_000);
  expect(seen.watch.getSnapshot().connection.state).toBe('offline');
  expect(seen.watch.getSnapshot().error).toMatchObject({ code: 'unavailable', retryable: true });
  expect(seen.seqs()).toBe('1');
  Object.assign(service.behaviour, { http: 'ok', socket: 'ok' });
  await service.clock.advance(45_000);
  expect(seen.updates.map(({ seq }) => seq)).toEqual(Array.from({ length: 151 }, (_, i) => i + 1));
  expect(seen.watch.getSnapshot()).toMatchObject({ error: null, connection: { channel: 'subscription' } });
});

test('a proxy that answers with its own page is no answer', async () => {
  const service = createFakeService();
  service.behaviour.http = 'html';
  service.append();
  const seen = collect(service.client());
  await service.clock.advance(10_000);
  expect(seen.watch.getSnapshot()).toMatchObject({ status: null, error: { code: 'bad-answer' } });
  service.behaviour.http = 'ok';
  await service.clock.advance(60_000);
  expect(seen.seqs()).toBe('1');
  expect(seen.watch.getSnapshot().connection.channel).toBe('subscription');
});

test('a request that is never answered does not keep a reconnected push waiting', async () => {
  const service = createFakeService();
  service.append();
  const seen = collect(service.client());
  await service.clock.advance(10_000);
  Object.assign(service.behaviour, { http: 'hang', socket: 'refuse' });
  service.sockets[0]?.end(1006);
  service.log.append();
  await service.clock.advance(3_000);
  Object.assign(service.behaviour, { http: 'ok', socket: 'ok' });
  await service.clock.advance(5_000);
  expect(seen.watch.getSnapshot().connection.channel).toBe('subscription');
  expect(seen.seqs()).toBe('1 2');
});

test('a deployment without subscriptions, or a runtime without WebSocket, is polled', async () => {
  const service = createFakeService();
  service.behaviour.discovery = 'polling-only';
  service.append();
  const seen = collect(service.client());
  for (let i = 0; i < 5; i++) {
    await service.clock.advance(1_300);
    service.append();
  }
  await service.clock.advance(1_300);
  expect(seen.seqs()).toBe('1 2 3 4 5 6');
  expect(service.sockets).toHaveLength(0);
});

test('subscription alone never polls, reads what the push did not carry, and says when there is none', async () => {
  const service = createFakeService();
  service.behaviour.openMs = 5_000;
  service.append();
  const seen = collect(service.client({ channels: 'subscription' }));
  await service.clock.advance(4_900);
  expect(service.pulls()).toBe(0);
  await service.clock.advance(200);
  expect(seen.seqs()).toBe('1');
  seen.watch.close();
  const other = createFakeService();
  other.behaviour.discovery = 'polling-only';
  const refused = collect(other.client({ channels: 'subscription' }));
  await other.clock.advance(100);
  expect(refused.error()).toMatchObject({ code: 'unsupported' });
  expect(other.clock.pending()).toBe(0);
});

test('polling alone opens no socket, obeys Retry-After, and long polls where the service can', async () => {
  const service = createFakeService();
  Object.assign(service.behaviour, { retryAfter: '7' });
  service.append();
  const seen = collect(service.client({ channels: 'polling' }));
  await service.clock.advance(6_900);
  expect(service.pulls()).toBe(1);
  await service.clock.advance(1_900);
  expect(service.pulls()).toBe(2);
  seen.watch.close();

  const holding = createFakeService();
  Object.assign(holding.behaviour, { maxWaitSeconds: 20, retryAfter: null });
  holding.append();
  const held = collect(holding.client({ channels: 'polling' }));
  await holding.clock.advance(10_000);
  expect(holding.requests.at(-1)?.path).toBe('/status/orders/order-1/updates?after=c1-1&wait=20');
  const pulls = holding.pulls();
  await holding.clock.advance(5_000);
  holding.append();
  await holding.clock.settle();
  expect(held.seqs()).toBe('1 2');
  expect(holding.pulls()).toBe(pulls + 1);
  expect(holding.sockets).toHaveLength(0);
});
