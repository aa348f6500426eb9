import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import type { Caller } from '../../../core/access.ts';
import { reader, updateOf } from '../../handlers/graphql/support.ts';
import { startService, subscribers, until, watchAll, watchOne } from '../subscriptions/support.ts';
import { connect, encode, errorOf, type Handshake, knowing, withKey } from './support.ts';

const good = { host: '127.0.0.1', 'x-api-key': 'good' };

describe('the handshake', () => {
  it.each<[string, Handshake]>([
    ['the subprotocol, base64url', withKey('good')],
    ['the query, base64', { query: `?header=${encodeURIComponent(encode(good, 'base64'))}&payload=e30=` }],
    ['the query, base64 that nobody escaped', { query: `?header=${encode({ ...good, x: '>>>?' }, 'base64')}` }],
    ['HTTP headers', { headers: { 'x-api-key': 'good' } }],
    ['Authorization without Bearer', { protocols: ['graphql-ws', `header-${encode({ Authorization: 'good' })}`] }],
    ['authorization in small letters', { protocols: [`header-${encode({ authorization: 'good' })}`, 'graphql-ws'] }],
  ])('S29: takes the credential from %s', async (_, handshake) => {
    const client = await connect(await startService(), handshake);
    expect(client.socket.protocol).toBe('graphql-ws');
    client.send({ type: 'connection_init' });
    expect(await client.answer('connection_ack')).toEqual({
      type: 'connection_ack',
      payload: { connectionTimeoutMs: 300_000 },
    });
    expect(await client.answer('ka')).toEqual({ type: 'ka' });
  });

  it.each<[string, Handshake, string, number, number]>([
    ['a wrong key', withKey('wrong'), 'UnauthorizedException', 401, 4403],
    ['no key', { protocols: ['graphql-ws', `header-${encode({ host: 'x' })}`] }, 'UnauthorizedException', 401, 4403],
    ['nothing at all', {}, 'UnauthorizedException', 401, 4403],
    [
      'a key that is a number',
      { protocols: ['graphql-ws', `header-${encode({ 'x-api-key': 7 })}`] },
      'UnauthorizedException',
      401,
      4403,
    ],
    ['what is no base64', { protocols: ['graphql-ws', 'header-!!!'] }, 'BadRequestException', 400, 4400],
    ['base64 of no JSON', { protocols: ['graphql-ws', `header-${encode('{')}`] }, 'BadRequestException', 400, 4400],
    ['base64 of a list', { query: `?header=${encode([], 'base64')}` }, 'BadRequestException', 400, 4400],
    ['an empty header', { query: '?header=' }, 'BadRequestException', 400, 4400],
  ])('answers connection_error to %s, and closes', async (_, handshake, errorType, errorCode, code) => {
    const service = await startService();
    const client = await connect(service, handshake);
    client.start('1', watchAll);
    expect((await client.closed).code).toBe(code);
    expect(client.messages).toEqual([
      { type: 'connection_error', payload: { errors: [{ errorType, errorCode, message: expect.any(String) }] } },
    ]);
    expect(service.hub.stats().subscribers).toBe(0);
  });

  it('answers connection_error 503 and closes with 1013 while credentials cannot be checked', async () => {
    const service = await startService({ verifier: { verify: () => Promise.reject(new Error('down')) } });
    const client = await connect(service);
    expect((await client.closed).code).toBe(1013);
    expect(errorOf(await client.answer('connection_error'))).toMatchObject({ errorCode: 503 });
    expect(service.reported).toEqual([new Error('down')]);
  });
});

describe('a subscription', () => {
  it('S17: is active when start_ack comes, carries what is published from then on, and completes on stop', async () => {
    const service = await startService();
    const client = await connect(service);
    client.send({ type: 'connection_init' });
    client.start('a', watchOne, { id: 'order-1' });
    expect(await client.answer('start_ack')).toEqual({ id: 'a', type: 'start_ack' });
    for (const seq of [1, 2, 2, 1, 3]) service.hub.publish([updateOf({ seq }), updateOf({ seq, id: 'order-2' })]);
    client.send({ id: 'a', type: 'stop' });
    expect(await client.answer('complete')).toEqual({ id: 'a', type: 'complete' });
    service.hub.publish([updateOf({ seq: 4 })]);
    expect(client.messages.map(({ type }) => type)).toEqual([
      'connection_ack',
      'ka',
      'start_ack',
      'data',
      'data',
      'data',
      'complete',
    ]);
    expect(client.messages.slice(3, 6)).toEqual(
      [1, 2, 3].map((seq) => ({
        id: 'a',
        type: 'data',
        payload: { data: { statusChanged: { id: 'order-1', seq, progress: { message: 'Packing' } } } },
      })),
    );
    expect(service.hub.stats()).toMatchObject({ topics: 0, subscribers: 0 });
  });

  it('needs no connection_init, and its id is free again after stop', async () => {
    const service = await startService();
    const client = await connect(service);
    for (const round of [1, 2]) {
      client.start('a', watchAll);
      expect(await client.answer('start_ack', round)).toEqual({ id: 'a', type: 'start_ack' });
      client.send({ id: 'a', type: 'stop' });
      expect(await client.answer('complete', round)).toEqual({ id: 'a', type: 'complete' });
    }
  });

  it('is stopped by a stop that comes while its credential is checked', async () => {
    const checked = Promise.withResolvers<Caller | null>();
    const verify = (credential: string) => (credential === 'slow' ? checked.promise : knowing({}).verify(credential));
    const service = await startService({ verifier: { verify } });
    const client = await connect(service);
    client.start('a', watchAll, {}, 'slow');
    client.send({ id: 'a', type: 'stop' });
    // A ping is answered at once: when its pong is here, the server has read what was sent before.
    const pong = once(client.socket, 'pong');
    client.socket.ping();
    await pong;
    expect(client.messages).toEqual([]);
    checked.resolve(reader);
    await client.answer('complete');
    expect(client.messages.map(({ type }) => type)).toEqual(['start_ack', 'complete']);
    expect(service.hub.stats().subscribers).toBe(0);
  });

  it('G9: belongs to whom its start names, whoever opened the connection', async () => {
    const service = await startService();
    const client = await connect(service);
    client.start('mine', watchAll);
    client.start('theirs', watchAll, {}, 'foreign');
    client.start('nobody’s', watchAll, {}, 'wrong');
    expect(await client.answer('error')).toEqual({
      id: 'nobody’s',
      type: 'error',
      payload: { errors: [{ errorType: 'UnauthorizedException', message: 'Permission denied' }] },
    });
    service.hub.publish([updateOf({ seq: 1 }), updateOf({ seq: 1, tenant: 'foreign', id: 'x' })]);
    await client.answer('data', 2);
    const data = client.messages.filter(({ type }) => type === 'data');
    expect(data).toEqual([
      { id: 'mine', type: 'data', payload: { data: { statusChanged: { id: 'order-1', seq: 1 } } } },
      { id: 'theirs', type: 'data', payload: { data: { statusChanged: { id: 'x', seq: 1 } } } },
    ]);
  });

  it('G8: is rendered once for all of its group, over many sockets', async () => {
    const service = await startService();
    const clients = await Promise.all(Array.from({ length: 5 }, () => connect(service)));
    for (const client of clients) client.start('a', watchAll);
    await subscribers(service, 5);
    let reads = 0;
    const update = Object.defineProperty(updateOf({ seq: 1 }), 'cursor', {
      enumerable: true,
      get: () => {
        reads += 1;
        return 'x';
      },
    });
    service.hub.publish([update]);
    for (const client of clients) await client.answer('data');
    expect(reads).toBe(1);
  });

  it('S28: of a token that names executions needs an id', async () => {
    const executions = [{ workflow: 'orders', id: 'order-1' }];
    const grant = { type: 'executions', executions } as const;
    const named = { type: 'token', tenant: 'default', grant, expiresAt: 2e12 } as const;
    const service = await startService({ verifier: knowing({ sw_named: named }) });
    const client = await connect(service);
    client.start('all', watchAll, {}, 'sw_named');
    expect(errorOf(await client.answer('error'))).toMatchObject({ errorType: 'Unauthorized' });
    client.start('null', watchOne.replace('ID!', 'ID'), { id: null }, 'sw_named');
    expect(errorOf(await client.answer('error', 2))).toMatchObject({ errorType: 'Unauthorized' });
    client.start('one', watchOne, { id: 'order-1' }, 'sw_named');
    expect(await client.answer('start_ack')).toMatchObject({ id: 'one' });
  });

  it('with an id that is null matches nothing, as AppSync has it; left out it means all', async () => {
    const service = await startService();
    const client = await connect(service);
    const query = watchOne.replace('ID!', 'ID');
    client.start('null', query, { id: null });
    client.start('literal', 'subscription { statusChanged(workflow: "orders", id: null) { id seq } }');
    client.start('all', query);
    await subscribers(service, 3);
    service.hub.publish([updateOf({ seq: 1 })]);
    expect(await client.answer('data')).toMatchObject({ id: 'all' });
    await until(() => service.hub.stats().delivered === 1);
    expect(client.messages.filter(({ type }) => type === 'data')).toHaveLength(1);
  });
});
