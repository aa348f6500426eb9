import { describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import type { Caller } from '../../../core/access.ts';
import { now, updateOf } from '../../handlers/graphql/support.ts';
import {
  callers,
  connect,
  createTestClock,
  openRaw,
  type Service,
  startService,
  subscribers,
  until,
  watchAll,
  watchOne,
} from './support.ts';

/** HTTP status of an upgrade; 101 when it is accepted. */
function upgrade(
  service: Service,
  headers: Record<string, string>,
  protocol = 'graphql-transport-ws',
): Promise<number> {
  return new Promise((resolve) => {
    const socket = new WebSocket(service.url, protocol === '' ? [] : protocol, { headers });
    socket.on('open', () => resolve(101));
    socket.on('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0));
    socket.on('error', () => {});
  });
}

describe('an upgrade', () => {
  it('S23: checks Origin by the list when it is present', async () => {
    const service = await startService({ origins: ['https://shop.example'] });
    expect(await upgrade(service, {})).toBe(101);
    expect(await upgrade(service, { origin: 'https://shop.example' })).toBe(101);
    expect(await upgrade(service, { origin: 'https://evil.example' })).toBe(403);
    expect(await upgrade(await startService(), { origin: 'https://shop.example' })).toBe(403);
    expect(await upgrade(await startService({ origins: ['*'] }), { origin: 'https://shop.example' })).toBe(101);
  });

  it('refuses any other subprotocol, and more sockets than allowed', async () => {
    const service = await startService({ limits: { sockets: 1 } });
    expect(await upgrade(service, {}, 'graphql-ws')).toBe(400);
    expect(await upgrade(service, {}, '')).toBe(400);
    expect(await upgrade(service, {})).toBe(101);
    expect(await upgrade(service, {})).toBe(503);
  });
});

describe('credentials', () => {
  it.each([
    ['wrong', 'Bearer wrong', 'Forbidden'],
    ['empty', '', 'Forbidden: connection_init needs a payload {"authorization":"Bearer <credential>"}'],
    ['a scheme alone', 'bearer ', 'Forbidden: there is nothing after Bearer'],
    ['of another scheme', 'Basic good', 'Forbidden: authorization must be one credential, with or without Bearer'],
  ])('S29: that are %s close with 4403, which graphql-ws’s client may retry', async (_, authorization, reason) => {
    const service = await startService();
    const client = await openRaw(service, authorization);
    expect(await client.closed).toEqual({ code: 4403, reason });
    expect(client.messages).toEqual([]);
  });

  it('S29: that are missing close with 4403, and operations before them with 4401', async () => {
    const service = await startService();
    const without = await openRaw(service, null);
    without.send({ type: 'connection_init' });
    expect(await without.closed).toMatchObject({ code: 4403 });
    const early = await openRaw(service, null);
    early.subscribe('1', watchAll);
    expect(await early.closed).toMatchObject({ code: 4401 });
    expect(service.hub.stats().subscribers).toBe(0);
  });

  it('that cannot be checked just now close with 1013, and the fault is reported', async () => {
    const service = await startService({ verifier: { verify: () => Promise.reject(new Error('down')) } });
    const client = await openRaw(service);
    expect(await client.closed).toMatchObject({ code: 1013 });
    expect(client.messages).toEqual([]);
    expect(service.reported).toEqual([new Error('down')]);
  });

  it('S30: of a token close with 4403 when it expires, and nothing is delivered any more', async () => {
    const clock = createTestClock(now);
    const grant = { type: 'workflow', workflow: 'orders' } as const;
    const token: Caller = { type: 'token', tenant: 'default', grant, expiresAt: now + 900_000 };
    const limits = { keepAliveMs: 10_000_000 };
    const service = await startService({ clock, limits, verifier: { verify: async () => token } });
    const client = await openRaw(service);
    client.subscribe('1', watchAll);
    await subscribers(service, 1);
    clock.advance(899_999);
    expect(service.hub.stats().subscribers).toBe(1);
    clock.advance(1);
    expect(service.hub.stats().subscribers).toBe(0);
    service.hub.publish([updateOf()]);
    expect(await client.closed).toEqual({ code: 4403, reason: 'Token expired' });
    expect(client.messages.map(({ type }) => type)).toEqual(['connection_ack']);

    const late = await openRaw(service);
    expect(await late.closed).toMatchObject({ code: 4403 });
  });

  it('S28: of a token that names executions need an id, of a key withdrawn close with 4403', async () => {
    const executions = [{ workflow: 'orders', id: 'order-1' }];
    const named: Caller = {
      type: 'token',
      tenant: 'default',
      grant: { type: 'executions', executions },
      expiresAt: 2e12,
    };
    const service = await startService({
      verifier: { verify: async (credential) => (credential === 'named' ? named : (callers[credential] ?? null)) },
    });
    const { watch } = connect(service, 'Bearer named');
    expect(await watch(watchAll).ended).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    watch(watchOne, { id: 'order-1' });
    const withdrawn = connect(service);
    withdrawn.watch(watchAll);
    await subscribers(service, 2);
    service.server.disconnect((caller) => caller.type === 'key' && caller.keyId === 'k');
    await until(() => withdrawn.closes.length === 1);
    expect(withdrawn.closes).toEqual([4403]);
    expect(service.hub.stats().subscribers).toBe(1);
  });
});

describe('the protocol', () => {
  it('closes with 4408 when connection_init does not come', async () => {
    const client = await openRaw(await startService({ limits: { connectionInitMs: 20 } }), null);
    expect(await client.closed).toMatchObject({ code: 4408 });
  });

  it.each([
    ['what is no JSON', '{', 4400],
    ['an unknown message', '{"type":"start","id":"1"}', 4400],
    ['a message only servers send', '{"type":"connection_ack"}', 4400],
    ['a second connection_init', '{"type":"connection_init"}', 4429],
    ['more than 64 KiB', JSON.stringify({ type: 'ping', payload: { x: 'x'.repeat(65_536) } }), 1009],
  ])('G10: closes after %s', async (_, text, code) => {
    const service = await startService();
    const client = await openRaw(service);
    client.socket.send(text);
    expect(await client.closed).toMatchObject({ code });
    await until(() => service.server.stats().sockets === 0);
  });

  it('closes with 4409 after an id that is in use', async () => {
    const service = await startService();
    const client = await openRaw(service);
    const id = 'x'.repeat(128);
    client.subscribe(id, watchAll);
    client.subscribe(id, watchAll);
    expect(await client.closed).toMatchObject({ code: 4409 });
  });

  it.each([
    ['messages', (socket: WebSocket) => socket.send('{"type":"ping"}')],
    ['pings', (socket: WebSocket) => socket.ping()],
  ])('G8: closes with 4429 after a flood of %s, and others do not notice', async (_, send) => {
    const service = await startService({ clock: createTestClock(now), limits: { messageBurst: 50 } });
    const flood = await openRaw(service);
    const calm = await openRaw(service);
    for (let n = 0; n < 49; n += 1) send(flood.socket);
    calm.subscribe('1', watchAll);
    await subscribers(service, 1);
    expect(flood.socket.readyState).toBe(WebSocket.OPEN);
    send(flood.socket);
    expect(await flood.closed).toMatchObject({ code: 4429 });
    expect(calm.socket.readyState).toBe(WebSocket.OPEN);
  });
});

describe('keep-alive', () => {
  it('pings, and drops a peer that did not answer by the next ping', async () => {
    const clock = createTestClock(now);
    const service = await startService({ clock, limits: { keepAliveMs: 20_000 } });
    const alive = await openRaw(service);
    const dead = await openRaw(service);
    const pong = vi.spyOn(dead.socket, 'pong').mockImplementation(() => {});
    for (let round = 1; round <= 2; round += 1) {
      const answered = new Promise((resolve) => alive.socket.once('ping', resolve));
      clock.advance(20_000);
      await answered;
      // A ping of our own: once it is answered, the server has read the pong that went before it.
      alive.send({ type: 'ping' });
      await until(() => alive.messages.filter(({ type }) => type === 'pong').length === round);
    }
    expect(await dead.closed).toMatchObject({ code: 1006 });
    expect(pong).toHaveBeenCalledTimes(1);
    expect(alive.socket.readyState).toBe(WebSocket.OPEN);
  });
});

describe('a slow reader', () => {
  it('G8: is closed with 1013 once its backlog is full, and delays nobody', async () => {
    const service = await startService({ limits: { backlogBytes: 262_144 } });
    const slow = await openRaw(service);
    const quick = await openRaw(service);
    const query = 'subscription { statusChanged(workflow: "orders") { seq state } }';
    slow.subscribe('1', query);
    quick.subscribe('1', query);
    await subscribers(service, 2);
    slow.socket.pause();

    const state = 'x'.repeat(60_000);
    let seq = 0;
    while (service.hub.stats().subscribers === 2) {
      seq += 1;
      service.hub.publish([updateOf({ seq, state })]);
      await until(() => quick.messages.length === seq + 1);
    }
    const [socket] = service.sockets;
    expect(socket?.writableLength).toBeLessThan(262_144 + 2 * 61_000);
    slow.socket.resume();
    expect(await slow.closed).toEqual({ code: 1013, reason: 'Slow reader' });
    expect(service.server.stats().slow).toBe(1);
    const seqs = slow.messages.slice(1).map(({ payload }) => JSON.stringify(payload).match(/"seq":(\d+)/)?.[1]);
    expect(seqs).toEqual(seqs.map((_, index) => String(index + 1)));
    expect(quick.messages).toHaveLength(seq + 1);
  });

  it('G8: that asks without ever reading the answers is closed too', async () => {
    const service = await startService({ limits: { backlogBytes: 65_536, messageBurst: 1e6, closeGraceMs: 20 } });
    const client = await openRaw(service);
    client.socket.pause();
    const text = JSON.stringify({ type: 'ping', payload: { x: 'x'.repeat(60_000) } });
    while (service.server.stats().sockets === 1) {
      client.socket.send(text);
      await new Promise((resolve) => setImmediate(resolve));
    }
  });
});

describe('stopping', () => {
  it('closes with 1012, which graphql-ws’s client retries, and takes nobody in any more', async () => {
    const service = await startService();
    const { watch, closes } = connect(service);
    watch(watchAll);
    await subscribers(service, 1);
    await service.server.close();
    await until(() => closes.length === 1);
    expect(closes).toEqual([1012]);
    expect(service.hub.stats()).toMatchObject({ topics: 0, subscribers: 0 });
    expect(await upgrade(service, {})).toBe(503);
    await service.server.close();
  });

  it('does not wait for a peer that never answers', async () => {
    const clock = createTestClock(now);
    const service = await startService({ clock, limits: { closeGraceMs: 5_000 } });
    const client = await openRaw(service);
    client.socket.pause();
    const closed = service.server.close();
    clock.advance(4_999);
    expect(service.server.stats().sockets).toBe(1);
    clock.advance(1);
    await closed;
    expect(service.server.stats().sockets).toBe(0);
  });
});
