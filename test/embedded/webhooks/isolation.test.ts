import { afterEach, expect, test } from 'vitest';
import { type Receiver, startReceiver } from '../../handlers/egress/receiver.ts';
import { append, endpointOf, updateOf, updatesOf } from '../../handlers/webhooks/bench.ts';
import { eventually } from '../../support/eventually.ts';
import { startWebhooks } from './real.ts';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function setUp(options: Parameters<typeof startWebhooks>[0] = {}) {
  const dead = await startReceiver(() => {});
  const live = await startReceiver();
  const webhooks = await startWebhooks({ graceMs: 50, ...options });
  closers.push(webhooks.close, dead.close, live.close);
  const register = (receiver: Receiver, id: string) =>
    webhooks.store.endpoints.put(endpointOf({ id, url: `${receiver.origin}/${id}` }));
  return { ...webhooks, dead, live, register };
}

test('G8: while one endpoint hangs, a hundred others receive at once', async () => {
  const { store, errors, dead, live, register } = await setUp();
  await register(dead, 'dead');
  for (let n = 0; n < 100; n++) await register(live, `live-${n}`);
  await append(store.log, updatesOf(1, 3));
  await eventually(() => expect(live.received).toHaveLength(300));
  expect(dead.received).toHaveLength(1);
  expect(errors).toEqual([]);
});

test('G8: an endpoint that hangs for many executions holds few places', async () => {
  const { store, dead, live, register } = await setUp({ perEndpoint: 4 });
  await register(dead, 'dead');
  for (let n = 0; n < 100; n++) await append(store.log, [updateOf(1, { id: `order-${n}` })]);
  await eventually(() => expect(dead.received).toHaveLength(4));
  await register(live, 'live');
  await append(store.log, [updateOf(2, { id: 'order-7' })]);
  await eventually(() => expect(live.received).toHaveLength(1));
  expect(dead.received).toHaveLength(4);
});

test('G8: more hanging deliveries than places: slow ones give theirs away', async () => {
  const { store, dead, live, register } = await setUp({ concurrency: 4, slowMs: 30 });
  for (let n = 0; n < 20; n++) await register(dead, `dead-${n}`);
  await append(store.log, updatesOf(1, 1));
  await eventually(() => expect(dead.received).toHaveLength(20));
  await register(live, 'live');
  await append(store.log, updatesOf(2, 2));
  await eventually(() => expect(live.received).toHaveLength(1));
});

test('G8: what is due is found behind a long backlog of a hanging endpoint', async () => {
  const { store, dead, live, register, restart } = await setUp({ perEndpoint: 1 });
  await register(dead, 'dead');
  // More than two pages of due keys, and the other endpoint's after them.
  await Promise.all(Array.from({ length: 600 }, (_, n) => append(store.log, [updateOf(1, { id: `order-${n}` })])));
  await eventually(async () => expect(await store.deliveries.due(Date.now(), 1_000)).toHaveLength(599));
  await register(live, 'live');
  const key = { endpointId: 'live', workflow: 'orders', id: 'order-0', tenant: 'default' };
  await append(store.log, [updateOf(2, { id: 'order-0' })]);
  await store.deliveries.wake([key], Date.now());
  await restart();
  await eventually(() => expect(live.received).toHaveLength(1));
  expect(dead.received).toHaveLength(2);
});
