import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createTestService, type TestService } from '../../../client-sdk/src/testing/index.ts';
import { iterateAll } from '../support/collect.ts';

let service: TestService;
beforeEach(() => {
  service = createTestService();
});
afterEach(() => {
  service.close();
});

/** A watch that is live over push, with the run at seq 1. */
async function live() {
  const order = service.run('orders', 'order-1');
  order.start();
  const seen = iterateAll(service.client().watch('orders', 'order-1', { redrives: true }));
  await service.advance(3_000);
  const before = pulls();
  return { order, ...seen, snapshot: seen.watch.getSnapshot, pulled: () => pulls() - before };
}
const pulls = () => service.requests.filter(({ path }) => path.startsWith('/status/')).length;

describe('the test service', () => {
  test('pushes what a run does, without a request', async () => {
    const { order, updates, snapshot, pulled } = await live();
    for (const state of ['Reserve', 'Charge']) order.enter(state);
    order.succeed({ receipt: 7 });
    await service.advance();
    expect(updates.map(({ seq, status, state }) => [seq, status, state])).toEqual([
      [1, 'RUNNING', null],
      [2, 'RUNNING', 'Reserve'],
      [3, 'RUNNING', 'Charge'],
      [4, 'SUCCEEDED', 'Charge'],
    ]);
    expect(snapshot()).toMatchObject({ output: { receipt: 7 }, connection: { channel: 'subscription' } });
    expect(pulled()).toBe(0);
  });

  test.each([
    ['drop', () => service.drop()],
    ['reorder', () => service.reorder()],
    ['duplicate', () => service.duplicate(3)],
    ['drop and reorder', () => [service.drop(), service.reorder()]],
  ])('%s: every update comes once, in order', async (_, fault) => {
    const { order, seqs } = await live();
    fault();
    for (const state of ['A', 'B', 'C', 'D']) order.enter(state);
    await service.advance(100);
    expect(seqs()).toBe('1 2 3 4 5');
  });

  test('drop really loses a push: without a later one only a pull finds it', async () => {
    const { order, seqs, pulled } = await live();
    service.drop();
    order.enter('A');
    await service.advance(1_000);
    expect([seqs(), pulled()]).toEqual(['1', 0]);
    order.enter('B');
    await service.advance(100);
    expect([seqs(), pulled()]).toEqual(['1 2 3', 1]);
  });

  test('duplicate really pushes twice, reorder really the last one first', async () => {
    const got: string[] = [];
    const socket = new service.WebSocket('wss://status.test/graphql', 'graphql-transport-ws');
    socket.addEventListener('message', ({ data }) => {
      const { type, payload } = JSON.parse(String(data));
      if (type === 'next') got.push(payload.data.statusChanged.state);
    });
    socket.addEventListener('open', () => {
      socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${service.token()}` } }));
      const variables = { workflow: 'orders', id: 'order-1' };
      socket.send(JSON.stringify({ type: 'subscribe', id: '1', payload: { variables } }));
    });
    await service.advance();
    service.duplicate();
    const order = service.run('orders', 'order-1');
    order.enter('A');
    service.reorder(3);
    for (const state of ['B', 'C', 'D', 'E']) order.enter(state);
    expect(got).toEqual(['A', 'A', 'D', 'C', 'B', 'E']);
  });

  test('offline: the watch says so, and has everything once it is back', async () => {
    const { order, seqs, snapshot } = await live();
    service.goOffline();
    await service.advance(10_000);
    expect(snapshot().connection.state).toBe('offline');
    order.enter('A');
    await service.advance(60_000);
    expect(seqs()).toBe('1');
    service.goOnline();
    await service.advance(3_000);
    expect([seqs(), snapshot().connection.channel]).toEqual(['1 2', 'subscription']);
  });

  test('offline ends requests that are held', async () => {
    service.refusePush();
    const { seqs, snapshot } = await live();
    await service.advance(10_000);
    expect(service.requests.at(-1)?.path).toContain('wait=20');
    service.goOffline();
    await service.advance(100);
    expect([seqs(), snapshot().connection.state]).toEqual(['1', 'offline']);
  });

  test('push refused: it polls, at once with what is held, and returns to push when that is allowed', async () => {
    service.refusePush();
    const { order, seqs, snapshot } = await live();
    await service.advance(10_000);
    expect(snapshot().connection.channel).toBe('polling');
    order.enter('A');
    await service.advance(1_000);
    expect(seqs()).toBe('1 2');
    service.allowPush();
    await service.advance(600_000);
    expect(snapshot().connection.channel).toBe('subscription');
  });

  test('token expired: a client with a token function goes on, one with the old token is refused', async () => {
    const fixed = service.client({ token: service.token() });
    const { order, seqs } = await live();
    service.expireToken();
    await service.advance(3_000);
    order.enter('A');
    await service.advance(1_000);
    expect(seqs()).toBe('1 2');
    await expect(fixed.status('orders', 'order-1')).rejects.toMatchObject({ code: 'unauthorized' });
  });

  test('trimmed: a reader from the beginning gets the state as it is, marked skipped', async () => {
    const order = service.run('orders', 'order-1');
    order.start();
    for (const state of ['A', 'B']) order.enter(state);
    order.trim(2);
    const { seqs } = await live();
    expect(seqs()).toBe('3!');
  });

  test('rebuilt: the new epoch is found with the next push', async () => {
    const { order, seqs, updates } = await live();
    order.enter('A');
    await service.advance();
    order.rebuild();
    order.enter('B');
    await service.advance(1_000);
    expect([seqs(), updates.at(-1)?.epoch]).toEqual(['1 2 3!', 'E2']);
  });

  test('redrive: the same log goes on in a further attempt', async () => {
    const { order, updates, seqs } = await live();
    order.enter('Charge');
    order.fail({ name: 'CardDeclined', cause: 'no' });
    order.redrive();
    order.succeed();
    await service.advance();
    expect(seqs()).toBe('1 2 3 4 5');
    expect(updates.map(({ status, redriveCount, error }) => [status, redriveCount, error?.name])).toEqual([
      ['RUNNING', 0, undefined],
      ['RUNNING', 0, undefined],
      ['FAILED', 0, 'CardDeclined'],
      ['RUNNING', 1, undefined],
      ['SUCCEEDED', 1, undefined],
    ]);
  });

  test('epochs sort by age, however many there are', () => {
    const order = service.run('orders', 'order-1');
    order.start();
    const epochs = Array.from({ length: 120 }, () => {
      order.rebuild();
      return String(order.updates[0]?.epoch);
    });
    expect(epochs).toEqual(epochs.toSorted());
    expect(new Set(epochs).size).toBe(120);
  });

  test('close leaves no timer behind', async () => {
    await live();
    service.close();
    await service.advance();
    expect(service.timers.pending()).toBe(0);
  });
});
