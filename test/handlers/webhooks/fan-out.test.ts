import { expect, test } from 'vitest';
import type { Deliveries } from '../../../core/ports.ts';
import { createFanOut } from '../../../handlers/webhooks/fan-out.ts';
import { createBench, deliveryKey, endpointOf, startTime, updateOf, updatesOf } from './bench.ts';

/** The bench's fan-out, with its writes counted. */
function setUp() {
  const bench = createBench();
  const wakes: Parameters<Deliveries['wake']>[] = [];
  const deliveries: Deliveries = {
    ...bench.store.deliveries,
    wake: async (...args) => void wakes.push(args),
  };
  const fanOut = createFanOut({ endpoints: bench.store.endpoints, deliveries, clock: () => bench.time.now });
  const { byPosition: _, ...byTime } = bench.store.endpoints;
  const fanOutByTime = createFanOut({ endpoints: byTime, deliveries, clock: () => bench.time.now });
  return { ...bench, fanOut, fanOutByTime, wakes };
}

test('wakes each (endpoint, execution) once per call, and answers which', async () => {
  const { store, fanOut, wakes, time } = setUp();
  await store.endpoints.put(endpointOf());
  await store.endpoints.put(endpointOf({ id: 'ep_2' }));
  const woken = await fanOut([...updatesOf(1, 3), updateOf(1, { id: 'order-2' })]);
  expect(woken).toHaveLength(4);
  expect(wakes).toEqual([[woken, time.now]]);
  expect(new Set(woken.map(({ endpointId, id }) => `${endpointId} ${id}`))).toEqual(
    new Set(['ep_1 order-1', 'ep_2 order-1', 'ep_1 order-2', 'ep_2 order-2']),
  );
});

test('G9: an update wakes its own tenant’s endpoints only, also when the call holds updates of several', async () => {
  const { store, fanOut } = setUp();
  await store.endpoints.put(endpointOf());
  await store.endpoints.put(endpointOf({ id: 'ep_other', tenant: 'other' }));
  expect(await fanOut([updateOf(1)])).toEqual([{ ...deliveryKey, tenant: 'default' }]);
  expect(await fanOut([updateOf(1), updateOf(1, { id: 'order-2', tenant: 'other' })])).toEqual([
    { ...deliveryKey, tenant: 'default' },
    { endpointId: 'ep_other', workflow: 'orders', id: 'order-2', tenant: 'other' },
  ]);
});

test('writes nothing when no endpoint wants the workflow, or, where times decide, all were recorded long before it', async () => {
  const { store, fanOutByTime: fanOut, wakes } = setUp();
  expect(await fanOut([])).toEqual([]);
  expect(await fanOut([updateOf(1)])).toEqual([]);
  await store.endpoints.put(endpointOf({ filter: { workflows: ['refunds'] } }));
  await store.endpoints.put(endpointOf({ id: 'ep_2', createdAt: startTime + 6_001 }));
  expect(await fanOut([updateOf(1)])).toEqual([]);
  expect(wakes).toEqual([]);
});

test('S31: an update that kinds or statuses leave out still wakes, so that the cursor follows', async () => {
  const { store, fanOut } = setUp();
  await store.endpoints.put(endpointOf({ filter: { workflows: ['orders'], statuses: ['SUCCEEDED'] } }));
  expect(await fanOut([updateOf(1)])).toEqual([{ ...deliveryKey, tenant: 'default' }]);
});

test('G1: rejects when the wake is not stored, so that the engine calls again', async () => {
  const { store, time } = createBench();
  await store.endpoints.put(endpointOf());
  const deliveries: Deliveries = { ...store.deliveries, wake: () => Promise.reject(new Error('disk full')) };
  const fanOut = createFanOut({ endpoints: store.endpoints, deliveries, clock: () => time.now });
  await expect(fanOut([updateOf(1)])).rejects.toThrow('disk full');
});
