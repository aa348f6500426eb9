import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { Caller } from '../../../core/access.ts';
import { createBacklog } from '../../../embedded/subscriptions/backlog.ts';
import { now, updateOf } from '../../handlers/graphql/support.ts';
import { connect as connectAppsync, errorOf, knowing } from '../appsync/support.ts';
import { callers, createTestClock, openRaw, startService, subscribers, until, watchAll } from './support.ts';

const large = 'subscription { statusChanged(workflow: "orders") { seq state } }';
const state = 'x'.repeat(60_000);

/** An update that tells how often it was rendered. */
function counted(seq: number, onRead: () => void) {
  return Object.defineProperty(updateOf({ seq }), 'state', {
    enumerable: true,
    get: () => {
      onRead();
      return state;
    },
  });
}

describe('G8: what waits for a reader', () => {
  it('is bounded at any tick, and nothing more is rendered once it is full', async () => {
    const backlogBytes = 200_000;
    const service = await startService({ limits: { backlogBytes } });
    const slow = await openRaw(service);
    slow.subscribe('1', large);
    await subscribers(service, 1);
    slow.socket.pause();
    const [below] = service.sockets;
    let rendered = 0;
    const count = (): void => {
      rendered += 1;
    };
    // One tick: nothing is written, drained or noticed in between but by what publishes.
    for (let seq = 1; seq <= 1_000; seq += 1) {
      service.hub.publish([counted(seq, count)]);
      expect(below?.writableLength ?? 0).toBeLessThanOrEqual(backlogBytes + 1_000);
    }
    expect(service.server.stats().slow).toBe(1);
    expect(service.hub.stats().subscribers).toBe(0);
    expect(rendered).toBeLessThan(500);
    slow.socket.resume();
    expect(await slow.closed).toEqual({ code: 1013, reason: 'Slow reader' });
  });

  it('counts all subscriptions of a socket together', async () => {
    const backlogBytes = 400_000;
    const service = await startService({ limits: { backlogBytes } });
    const slow = await openRaw(service);
    for (let n = 0; n < 100; n += 1) slow.subscribe(String(n), large.replace('seq', `n${n}: seq`));
    await subscribers(service, 100);
    slow.socket.pause();
    let rendered = 0;
    const count = (): void => {
      rendered += 1;
    };
    for (let seq = 1; seq <= 10; seq += 1) service.hub.publish([counted(seq, count)]);
    // 60 MB, if it were not for the bound.
    expect(rendered).toBeLessThan(300);
    expect(service.hub.stats().subscribers).toBe(0);
  });

  it('is bounded for all readers together: those furthest behind go first', () => {
    const closed: string[] = [];
    const backlog = createBacklog(100);
    const member = (name: string, waitingBytes: number) => {
      const made = {
        waitingBytes,
        cut: () => {
          closed.push(name);
          made.waitingBytes = 0;
        },
      };
      backlog.add(made);
      return made;
    };
    const [, small] = [member('large', 60), member('small', 10), member('larger', 80)];
    member('nothing', 0);
    expect(backlog.bytes()).toBe(150);
    backlog.relieve();
    expect(closed).toEqual(['larger']);
    backlog.relieve();
    small.waitingBytes = 90;
    backlog.relieve();
    expect(closed).toEqual(['larger', 'small']);
  });

  it('all together, over sockets: slow ones are closed long before each has its own bound', async () => {
    const service = await startService({ limits: { backlogBytesInAll: 1_000_000 } });
    const slow = await Promise.all(Array.from({ length: 6 }, () => openRaw(service)));
    const quick = await openRaw(service);
    for (const client of [...slow, quick]) client.subscribe('1', large);
    await subscribers(service, 7);
    for (const { socket } of slow) socket.pause();
    let seq = 0;
    while (service.hub.stats().subscribers > 1) {
      seq += 1;
      service.hub.publish([updateOf({ seq, state })]);
      await until(() => quick.messages.length === seq + 1);
      const waiting = service.sockets.reduce((sum, one) => sum + (one.destroyed ? 0 : one.writableLength), 0);
      expect(waiting).toBeLessThan(1_000_000 + 7 * 61_000);
      // The last ones left may have less than the bound together: they are closed by their own.
      if (service.server.stats().slow >= 3) break;
    }
    expect(quick.socket.readyState).toBe(WebSocket.OPEN);
    expect(service.server.stats().slow).toBeGreaterThanOrEqual(3);
  });
});

describe('G8: an update that is larger than a subscription may have', () => {
  const limits = { updateBytes: 10_000 };

  it('goes without its output, which the reader is told of', async () => {
    const service = await startService({ limits });
    const client = await openRaw(service);
    const aliases = 'seq a: output b: output outputOmitted';
    client.subscribe('1', `subscription { statusChanged(workflow: "orders") { ${aliases} } }`);
    client.subscribe('2', 'subscription { statusChanged(workflow: "orders") { seq output outputOmitted } }');
    await subscribers(service, 2);
    service.hub.publish([updateOf({ seq: 1, output: 'x'.repeat(6_000) }), updateOf({ seq: 2, output: 'x' })]);
    await until(() => client.messages.length === 5);
    const of = (id: string) => client.messages.filter((message) => message.id === id).map(({ payload }) => payload);
    const text = '"x"';
    expect(of('1')).toEqual([
      { data: { statusChanged: { seq: 1, a: null, b: null, outputOmitted: true } } },
      { data: { statusChanged: { seq: 2, a: text, b: text, outputOmitted: false } } },
    ]);
    expect(of('2')).toMatchObject([
      { data: { statusChanged: { seq: 1, output: `"${'x'.repeat(6_000)}"`, outputOmitted: false } } },
      { data: { statusChanged: { seq: 2 } } },
    ]);
  });

  it.each([['graphql-transport-ws'], ['AppSync’s']])(
    'ends it with an error where that is not enough; the others go on: %s',
    async (protocol) => {
      const service = await startService({ limits });
      const client = protocol.startsWith('graphql') ? await openRaw(service) : await connectAppsync(service);
      const queries = { large, small: watchAll };
      for (const [id, query] of Object.entries(queries)) {
        if ('start' in client) client.start(id, query);
        else client.subscribe(id, query);
      }
      await subscribers(service, 2);
      service.hub.publish([updateOf({ seq: 1, state })]);
      await subscribers(service, 1);
      service.hub.publish([updateOf({ seq: 2 })]);
      const got = () => client.messages.filter(({ type }) => ['next', 'data', 'error'].includes(type));
      await until(() => got().length === 3);
      expect(got().find(({ type }) => type === 'error')).toMatchObject({ id: 'large' });
      expect(JSON.stringify(got())).toContain('more than 10000 bytes as it is selected');
      expect(got().filter(({ id }) => id === 'small')).toHaveLength(2);
    },
  );
});

describe('G8: what is kept of subscriptions', () => {
  const named = (n: number): string => `subscription { statusChanged(workflow: "orders") { n${n}: seq } }`;

  it('is bounded; equal documents count once, and what ends makes room', async () => {
    const service = await startService({ limits: { keptBytesPerKey: 40_000 } });
    const client = await openRaw(service);
    for (let n = 0; n < 40; n += 1) client.subscribe(`same ${n}`, watchAll);
    await subscribers(service, 40);
    for (let n = 0; n < 40; n += 1) client.subscribe(String(n), named(n));
    await until(() => client.messages.some(({ type }) => type === 'error'));
    const [refused] = client.messages.filter(({ type }) => type === 'error');
    expect(refused).toMatchObject({ payload: [{ extensions: { code: 'TOO_COMPLEX' } }] });
    for (let n = 0; n < 40; n += 1) client.send({ id: `same ${n}`, type: 'complete' });
    const id = refused?.id ?? '';
    client.subscribe(`again ${id}`, named(Number(id)));
    client.send({ type: 'ping' });
    await until(() => client.messages.some(({ type }) => type === 'pong'));
    expect(client.messages.map((message) => message.id)).not.toContain(`again ${id}`);
  });

  it.each([
    ['of a caller', { keptBytesPerKey: 3_000 }],
    ['of a tenant', { keptBytesPerTenant: 3_000 }],
    ['in all', { keptBytes: 3_000 }],
  ])('%s', async (_, limits) => {
    const service = await startService({ limits });
    const client = await connectAppsync(service);
    client.start('1', named(1));
    client.start('2', named(2));
    expect(errorOf(await client.answer('error'))).toMatchObject({ errorType: 'BadRequestException' });
    expect(service.hub.stats().subscribers).toBe(1);
  });
});

describe('G8: a caller’s allowance', () => {
  it('counts a query that may answer much by what that costs, before it runs', async () => {
    const costs: number[] = [];
    const count = (_: Caller, cost: number): boolean => costs.push(cost) < 2;
    let loads = 0;
    const load = async (): Promise<void> => {
      loads += 1;
    };
    const service = await startService({ count, load });
    const client = await openRaw(service);
    client.subscribe(
      '1',
      '{ updates(workflow: "orders", id: "order-1", limit: 1000) { updates { seq kind status } } }',
    );
    await until(() => client.messages.length === 2);
    expect(client.messages[1]).toMatchObject({ payload: [{ extensions: { code: 'TOO_MANY_REQUESTS' } }] });
    expect(costs).toEqual([1, 3]);
    expect(loads).toBe(0);
  });

  it('counts every operation of either protocol', async () => {
    const asked: (Caller | undefined)[] = [];
    const costs: number[] = [];
    const count = (caller: Caller, cost: number): boolean => {
      costs.push(cost);
      return asked.push(caller) % 2 === 1;
    };
    const service = await startService({ count });
    const client = await openRaw(service);
    client.subscribe('1', watchAll);
    client.subscribe('2', watchAll);
    client.subscribe('3', '{ __typename }');
    client.subscribe('4', '{ __typename }');
    await until(() => client.messages.length >= 5);
    const errors = client.messages.filter(({ type }) => type === 'error');
    expect(errors.map(({ id }) => id)).toEqual(['2', '4']);
    expect(errors[0]).toMatchObject({ payload: [{ extensions: { code: 'TOO_MANY_REQUESTS' } }] });
    expect(costs).toEqual([1, 1, 1, 1]);
    const appsync = await connectAppsync(service);
    appsync.start('1', watchAll, {}, 'foreign');
    appsync.start('2', watchAll, {}, 'foreign');
    expect(errorOf(await appsync.answer('error'))).toMatchObject({ errorType: 'LimitExceededError' });
    expect(asked).toEqual([...Array(4).fill(callers.good), ...Array(2).fill(callers.foreign)]);
  });
});

describe('G8: other ways to be a burden', () => {
  it('messages that wait for credentials to be checked are bounded in bytes', async () => {
    const verifier = { verify: () => new Promise<never>(() => undefined) };
    const service = await startService({ verifier, limits: { backlogBytes: 100_000 } });
    const client = await connectAppsync(service);
    for (let n = 0; n < 4; n += 1) client.send({ type: 'start', id: String(n), payload: 'x'.repeat(30_000) });
    expect((await client.closed).code).toBe(4429);
  });

  it('pongs that nobody asked for count like pings', async () => {
    const service = await startService({ clock: createTestClock(now), limits: { messageBurst: 20 } });
    const client = await openRaw(service);
    for (let n = 0; n < 20; n += 1) client.socket.pong();
    expect((await client.closed).code).toBe(4429);
  });

  it('a message in too many pieces closes with 1008', async () => {
    const service = await startService({ limits: { messageFragments: 4 } });
    const fine = await openRaw(service);
    const pieces = ['{"type"', ':"pi', 'ng', '"}'];
    for (const [index, piece] of pieces.entries()) fine.socket.send(piece, { fin: index === pieces.length - 1 });
    await until(() => fine.messages.some(({ type }) => type === 'pong'));
    const client = await openRaw(service);
    for (let n = 0; n < 5; n += 1) client.socket.send('', { fin: false });
    expect((await client.closed).code).toBe(1008);
    await until(() => service.server.stats().sockets === 1);
  });

  it('compression is not taken', async () => {
    const service = await startService();
    const socket = new WebSocket(service.url, 'graphql-transport-ws', { perMessageDeflate: true });
    await once(socket, 'open');
    expect(socket.extensions).toBe('');
    socket.terminate();
  });

  it('queries of one socket run one after the other, and one that was completed does not run', async () => {
    const under = { way: 0, most: 0, ran: 0 };
    const release: (() => void)[] = [];
    const service = await startService({
      load: async () => {
        under.ran += 1;
        under.way += 1;
        under.most = Math.max(under.most, under.way);
        await new Promise<void>((resolve) => void release.push(resolve));
        under.way -= 1;
      },
    });
    const client = await openRaw(service);
    for (const id of ['1', '2', '3'])
      client.subscribe(id, 'query { status(workflow: "orders", id: "order-1") { seq } }');
    await until(() => release.length === 1);
    client.send({ type: 'complete', id: '2' });
    client.send({ type: 'ping' });
    await until(() => client.messages.some(({ type }) => type === 'pong'));
    release.shift()?.();
    await until(() => release.length === 1);
    release.shift()?.();
    await until(() => client.messages.filter(({ type }) => type === 'complete').length === 2);
    expect(client.messages.filter(({ type }) => type === 'next').map(({ id }) => id)).toEqual(['1', '3']);
    expect(under).toEqual({ way: 0, most: 1, ran: 2 });
  });
});

describe('a handshake without credentials', () => {
  it('S29: is told what is missing', async () => {
    const client = await connectAppsync(await startService({ verifier: knowing({}) }), {});
    expect(errorOf(await client.answer('connection_error'))).toMatchObject({
      errorType: 'UnauthorizedException',
      message: expect.stringMatching(/^Permission denied: .*Authorization or x-api-key/),
    });
    expect(await client.closed).toEqual({
      code: 4403,
      reason: 'Forbidden: the handshake needs Authorization or x-api-key',
    });
  });
});
