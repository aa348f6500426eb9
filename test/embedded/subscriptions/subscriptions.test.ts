import { describe, expect, it, vi } from 'vitest';
import { updateOf } from '../../handlers/graphql/support.ts';
import { connect, openRaw, startService, subscribers, until, watchAll, watchOne } from './support.ts';

describe('graphql-ws’s own client', () => {
  it('gets updates with variables, aliases and fragments, several subscriptions on one socket', async () => {
    const service = await startService();
    const { watch } = connect(service);
    const one = watch(watchOne, { id: 'order-1' });
    const other = watch(watchOne, { id: 'order-2' });
    const all = watch(
      'subscription A { any: statusChanged(workflow: "orders") { ...F } } fragment F on Update { n: seq }',
    );
    await subscribers(service, 3);
    expect(service.server.stats()).toEqual({ sockets: 1, slow: 0 });

    service.hub.publish([updateOf(), updateOf({ id: 'order-2', seq: 5 }), updateOf({ workflow: 'returns' })]);
    await until(() => all.data.length === 2);
    const progress = { message: 'Packing' };
    expect(one.data).toEqual([{ statusChanged: { id: 'order-1', seq: 1, progress } }]);
    expect(other.data).toEqual([{ statusChanged: { id: 'order-2', seq: 5, progress } }]);
    expect(all.data).toEqual([{ any: { n: 1 } }, { any: { n: 5 } }]);
  });

  it('gets nothing more after it unsubscribed, and the hub forgets it', async () => {
    const service = await startService();
    const { watch } = connect(service);
    const leaving = watch(watchAll);
    const staying = watch(watchOne, { id: 'order-1' });
    await subscribers(service, 2);
    leaving.stop();
    await subscribers(service, 1);
    service.hub.publish([updateOf()]);
    await until(() => staying.data.length === 1);
    expect(leaving.data).toEqual([]);
  });

  it('runs queries over the socket too', async () => {
    const { watch } = connect(await startService());
    const query = watch('query ($id: ID!) { status(workflow: "orders", id: $id) { seq } }', { id: 'order-1' });
    expect(await query.ended).toBe('complete');
    expect(query.data).toEqual([{ status: { seq: 3 } }]);
  });

  it('gets text that is not ASCII and payloads of every frame length unharmed', async () => {
    const service = await startService();
    const { watch } = connect(service);
    const { data } = watch('subscription { statusChanged(workflow: "orders") { state } }');
    await subscribers(service, 1);
    const overhead = '{"id":"","type":"next","payload":{"data":{"statusChanged":{"state":""}}}}'.length + 36;
    const states = [125, 126, 127, 65_535, 65_536, 200_000].map((length) => 'x'.repeat(length - overhead));
    states.push('Prüfung · 库存 · 🚚', `${'ü'.repeat(40_000)}"\\\n\u2028`);
    service.hub.publish(states.map((state, index) => updateOf({ seq: index + 1, state })));
    await until(() => data.length === states.length);
    expect(data).toEqual(states.map((state) => ({ statusChanged: { state } })));
  });

  it('G3: gets a burst in order, and each socket is written to once for it', async () => {
    const service = await startService();
    const watched = [connect(service), connect(service)].flatMap(({ watch }) => [watch(watchAll), watch(watchAll)]);
    await subscribers(service, 4);
    const writes = service.sockets.map((socket) => vi.spyOn(socket, 'write'));
    for (let seq = 1; seq <= 1_000; seq += 1) service.hub.publish([updateOf({ seq })]);
    await until(() => watched.every(({ data }) => data.length === 1_000));
    const expected = Array.from({ length: 1_000 }, (_, n) => ({ statusChanged: { id: 'order-1', seq: n + 1 } }));
    for (const { data } of watched) expect(data).toEqual(expected);
    expect(writes.map(({ mock }) => mock.calls.length)).toEqual([1, 1]);
  });

  it('G9: a foreign tenant sees nothing, S17: and may still subscribe to what does not exist', async () => {
    const service = await startService();
    const foreign = connect(service, 'Bearer foreign').watch(watchOne, { id: 'order-1' });
    const own = connect(service).watch(watchOne, { id: 'order-1' });
    await subscribers(service, 2);
    service.hub.publish([updateOf()]);
    service.hub.publish([updateOf({ tenant: 'foreign', seq: 9 })]);
    await until(() => foreign.data.length > 0 && own.data.length > 0);
    expect(own.data).toMatchObject([{ statusChanged: { seq: 1 } }]);
    expect(foreign.data).toMatchObject([{ statusChanged: { seq: 9 } }]);
  });

  it('G2: gets each seq once although updates are published twice', async () => {
    const service = await startService();
    const { data } = connect(service).watch(watchAll);
    await subscribers(service, 1);
    const updates = [1, 2, 3].map((seq) => updateOf({ seq }));
    service.hub.publish(updates.slice(0, 2));
    service.hub.publish(updates);
    await until(() => data.length >= 3);
    expect(data).toMatchObject([1, 2, 3].map((seq) => ({ statusChanged: { seq } })));
  });

  it('G10: is told what is wrong with an operation, and its other subscriptions go on', async () => {
    const service = await startService({ limits: { operationsPerSocket: 2 } });
    const { watch } = connect(service);
    const good = watch(watchAll);
    await subscribers(service, 1);
    const code = (error: unknown): unknown => (Array.isArray(error) ? error[0] : error);
    expect(code(await watch('subscription {').ended)).toMatchObject({
      message: expect.stringMatching(/^Syntax Error/),
    });
    expect(code(await watch('mutation { publishStatus { seq } }').ended)).toBeTruthy();
    const second = watch(watchOne, { id: 'order-1' });
    await subscribers(service, 2);
    expect(code(await watch(watchAll).ended)).toMatchObject({ extensions: { code: 'TOO_MANY_OPERATIONS' } });
    second.stop();
    service.hub.publish([updateOf()]);
    await until(() => good.data.length === 1);
  });
});

describe('an operation id', () => {
  it('may be used again at once: nothing of the earlier operation comes under it any more', async () => {
    const service = await startService();
    const client = await openRaw(service);
    client.subscribe('1', watchOne, { id: 'order-1' });
    client.send({ id: '1', type: 'complete' });
    client.subscribe('1', 'query { status(workflow: "orders", id: "order-1") { seq } }');
    client.send({ id: '1', type: 'complete' });
    client.subscribe('1', watchOne, { id: 'order-2' });
    client.send({ type: 'ping' });
    await until(() => client.messages.some(({ type }) => type === 'pong'));
    expect(service.hub.stats().subscribers).toBe(1);
    service.hub.publish([updateOf(), updateOf({ id: 'order-2' })]);
    client.send({ type: 'ping' });
    await until(() => client.messages.filter(({ type }) => type === 'pong').length === 2);
    const ofSubscription = client.messages.filter(({ payload }) => JSON.stringify(payload)?.includes('statusChanged'));
    expect(ofSubscription).toHaveLength(1);
    expect(JSON.stringify(ofSubscription)).toContain('order-2');
    expect(client.messages.filter(({ type }) => type === 'complete').length).toBeLessThanOrEqual(1);
  });

  it('may be any text, and no longer than 128 characters', async () => {
    const service = await startService();
    const client = await openRaw(service);
    client.subscribe('"\\ü\u0000', watchAll);
    client.subscribe('x'.repeat(129), watchAll);
    await until(() => client.messages.some(({ type }) => type === 'error'));
    service.hub.publish([updateOf()]);
    await until(() => client.messages.some(({ type }) => type === 'next'));
    expect(client.messages.find(({ type }) => type === 'next')?.id).toBe('"\\ü\u0000');
  });
});

it('what was published before an operation ends leaves before what is written after it', async () => {
  const service = await startService();
  const client = await openRaw(service);
  client.subscribe('1', watchAll);
  await subscribers(service, 1);
  service.hub.publish([updateOf()]);
  service.server.disconnect(() => true);
  expect(await client.closed).toMatchObject({ code: 4403 });
  expect(client.messages.map(({ type }) => type)).toEqual(['connection_ack', 'next']);
  expect(service.hub.stats().subscribers).toBe(0);
});

it('what a client sends after the server closed the connection has no effect', async () => {
  const service = await startService();
  const client = await openRaw(service);
  service.server.disconnect(() => true);
  client.subscribe('1', watchAll);
  expect(await client.closed).toMatchObject({ code: 4403 });
  await until(() => service.server.stats().sockets === 0);
  expect(service.hub.stats().subscribers).toBe(0);
});
