import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { Caller } from '../../../core/access.ts';
import { now, updateOf } from '../../handlers/graphql/support.ts';
import { createTestClock, startService, subscribers, until, watchAll } from '../subscriptions/support.ts';
import { connect, encode, errorOf, knowing, withKey } from './support.ts';

const grant = { type: 'workflow', workflow: 'orders' } as const;
const tokenUntil = (expiresAt: number): Caller => ({ type: 'token', tenant: 'default', grant, expiresAt });

describe('limits', () => {
  it('S23: Origin is checked by the list when it is present', async () => {
    const service = await startService({ origins: ['https://shop.example'] });
    const status = (origin: string): Promise<number> =>
      new Promise((resolve) => {
        const { protocols = [] } = withKey('good');
        const socket = new WebSocket(`${service.url}/realtime`, [...protocols], { origin });
        socket.on('open', () => resolve(101));
        socket.on('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0));
        socket.on('error', () => undefined);
      });
    expect(await status('https://shop.example')).toBe(101);
    expect(await status('https://evil.example')).toBe(403);
  });

  it('sockets of a key are counted over both protocols; one more is LimitExceededError and 1013', async () => {
    const service = await startService({ limits: { socketsPerKey: 2 } });
    const other = new WebSocket(`${service.url}`, 'graphql-transport-ws');
    await once(other, 'open');
    other.send(JSON.stringify({ type: 'connection_init', payload: { authorization: 'good' } }));
    await once(other, 'message');
    const first = await connect(service);
    first.start('a', watchAll);
    await first.answer('start_ack');
    const third = await connect(service);
    expect((await third.closed).code).toBe(1013);
    expect(errorOf(await third.answer('connection_error'))).toMatchObject({ errorType: 'LimitExceededError' });
    other.close();
    await once(other, 'close');
    await until(() => service.server.stats().sockets === 1);
    const fourth = await connect(service);
    fourth.send({ type: 'connection_init' });
    expect((await fourth.answer('connection_ack')).type).toBe('connection_ack');
  });

  it('subscriptions of a key and of a socket are bounded', async () => {
    const service = await startService({ limits: { subscriptionsPerKey: 3, operationsPerSocket: 2 } });
    const [one, two] = [await connect(service), await connect(service, withKey('foreign'))];
    for (const id of ['a', 'b', 'c']) one.start(id, watchAll);
    expect(await one.answer('error')).toMatchObject({ id: 'c' });
    expect(errorOf(await one.answer('error'))).toMatchObject({
      errorType: 'MaxSubscriptionsReachedError',
      message: 'Max number of 2 subscriptions reached',
    });
    // It counts for whom the start names, whoever opened the connection.
    for (const id of ['d', 'e']) two.start(id, watchAll);
    expect(errorOf(await two.answer('error'))).toMatchObject({ errorType: 'LimitExceededError' });
    two.start('f', watchAll, {}, 'foreign');
    await two.answer('start_ack', 2);
    one.send({ id: 'a', type: 'stop' });
    await one.answer('complete');
    one.start('g', watchAll);
    await one.answer('start_ack', 3);
  });

  it('G8: a slow reader is closed with 1013', async () => {
    const service = await startService({ limits: { backlogBytes: 65_536 } });
    const slow = await connect(service);
    slow.start('a', 'subscription { statusChanged(workflow: "orders") { seq state } }');
    await subscribers(service, 1);
    slow.socket.pause();
    for (let seq = 1; service.hub.stats().subscribers === 1; seq += 1) {
      service.hub.publish([updateOf({ seq, state: 'x'.repeat(60_000) })]);
      await new Promise((resolve) => setImmediate(resolve));
    }
    slow.socket.resume();
    expect(await slow.closed).toEqual({ code: 1013, reason: 'Slow reader' });
  });
});

describe('time', () => {
  it('ka comes once a minute, before connection_init too, and a connection lives 24 hours', async () => {
    const clock = createTestClock(now);
    const service = await startService({ clock, limits: { keepAliveMs: 1e9 } });
    const client = await connect(service);
    client.start('a', watchAll);
    await client.answer('start_ack');
    clock.advance(60_000);
    await client.answer('ka');
    clock.advance(60_000);
    await client.answer('ka', 2);
    expect(client.messages.map(({ type }) => type)).toEqual(['start_ack', 'ka', 'ka']);
    const late = await startService({ clock, limits: { keepAliveMs: 1e9 } });
    const old = await connect(late);
    old.start('a', watchAll);
    await old.answer('start_ack');
    clock.advance(86_399_999);
    expect(late.hub.stats().subscribers).toBe(1);
    clock.advance(1);
    expect(await old.closed).toEqual({ code: 1000, reason: 'Connection life over' });
    expect(late.hub.stats().subscribers).toBe(0);
  });

  it('S30: closes with 4403 when the token it was opened with expires', async () => {
    const clock = createTestClock(now);
    const verifier = knowing({ sw_token: tokenUntil(now + 900_000) });
    const service = await startService({ clock, verifier, limits: { keepAliveMs: 1e9 } });
    const header = encode({ host: 'x', Authorization: 'sw_token' });
    const client = await connect(service, { protocols: ['graphql-ws', `header-${header}`] });
    client.start('a', watchAll, {}, 'sw_token');
    await client.answer('start_ack');
    clock.advance(899_999);
    expect(service.hub.stats().subscribers).toBe(1);
    clock.advance(1);
    service.hub.publish([updateOf()]);
    expect(await client.closed).toEqual({ code: 4403, reason: 'Token expired' });
    expect(client.messages.filter(({ type }) => type === 'data')).toEqual([]);
  });

  it('S30: or the token of a subscription on it, unless that was stopped before', async () => {
    const clock = createTestClock(now);
    const verifier = knowing({ sw_short: tokenUntil(now + 60_000), sw_long: tokenUntil(now + 120_000) });
    const service = await startService({ clock, verifier, limits: { keepAliveMs: 1e9 } });
    const client = await connect(service);
    client.start('short', watchAll, {}, 'sw_short');
    client.start('long', watchAll, {}, 'sw_long');
    await client.answer('start_ack', 2);
    client.send({ id: 'short', type: 'stop' });
    await client.answer('complete');
    clock.advance(60_000);
    expect(service.hub.stats().subscribers).toBe(1);
    clock.advance(60_000);
    expect(await client.closed).toEqual({ code: 4403, reason: 'Token expired' });
  });

  it('a key withdrawn closes every connection that serves it', async () => {
    const service = await startService();
    const [mixed, own] = [await connect(service, withKey('foreign')), await connect(service, withKey('foreign'))];
    mixed.start('a', watchAll, {}, 'good');
    own.start('a', watchAll, {}, 'foreign');
    await subscribers(service, 2);
    service.server.disconnect((caller) => caller.type === 'key' && caller.keyId === 'k');
    expect((await mixed.closed).code).toBe(4403);
    expect(own.socket.readyState).toBe(WebSocket.OPEN);
  });

  it('stopping closes with 1012', async () => {
    const service = await startService();
    const client = await connect(service);
    client.start('a', watchAll);
    await client.answer('start_ack');
    await service.server.close();
    expect((await client.closed).code).toBe(1012);
    expect(service.hub.stats()).toMatchObject({ topics: 0, subscribers: 0 });
  });
});
