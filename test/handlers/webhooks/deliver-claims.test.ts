import { expect, test } from 'vitest';
import type { Deliveries } from '../../../core/ports.ts';
import { createBench, deliveryKey, endpointOf, ok, previousSeqs, seqs, updateOf, updatesOf } from './bench.ts';

test('G1: a crash between the request and its record repeats it, same id and bytes, once the lease has ended', async () => {
  const { store, publish, deliverer, requests, time } = createBench();
  await store.endpoints.put(endpointOf());
  await publish(updatesOf(1, 2));
  const advance: Deliveries['advance'] = () => Promise.reject(new Error('killed'));
  const dying = deliverer({ deliveries: { ...store.deliveries, advance } });
  await expect(dying.deliver(deliveryKey)).rejects.toThrow('killed');
  expect(await deliverer().deliver(deliveryKey)).toEqual({ type: 'skipped', sent: 0 });
  expect(await store.deliveries.nextDue()).toBe(time.now + 60_000);
  time.now += 60_000;
  await deliverer().deliver(deliveryKey);
  expect(seqs(requests)).toEqual([1, 1, 2]);
  expect(previousSeqs(requests)).toEqual([null, null, 1]);
  expect(requests[1]?.body).toBe(requests[0]?.body);
  expect(requests[1]?.headers['webhook-id']).toBe(requests[0]?.headers['webhook-id']);
});

test('a holder whose lease was taken over stops after the request under way', async () => {
  const { store, publish, deliverer, requests, endpoint, time } = createBench();
  await store.endpoints.put(endpointOf());
  await publish(updatesOf(1, 3));
  endpoint.answer = async () => {
    if (requests.length === 1) {
      time.now += 61_000;
      await store.deliveries.claim(deliveryKey, time.now, time.now + 60_000);
    }
    return ok;
  };
  expect(await deliverer().deliver(deliveryKey)).toEqual({ type: 'lost', sent: 1 });
  expect(seqs(requests)).toEqual([1]);
});

test('S35: the lease is renewed with every success, so that slow requests do not add up beyond it', async () => {
  const { store, publish, deliverer, requests, endpoint, time } = createBench();
  await store.endpoints.put(endpointOf());
  await publish(updatesOf(1, 10));
  endpoint.answer = async () => {
    time.now += 14_000;
    expect(await store.deliveries.claim(deliveryKey, time.now, time.now + 60_000)).toBeNull();
    return ok;
  };
  expect(await deliverer().deliver(deliveryKey)).toEqual({ type: 'caught-up', sent: 10 });
  expect(seqs(requests)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
});

test('S35: the lease is renewed before a request, too, when passing updates silently took long', async () => {
  const { store, publish, deliverer, endpoint, time } = createBench();
  await store.endpoints.put(endpointOf({ filter: { kinds: ['status'] } }));
  await publish([...updatesOf(1, 50), updateOf(51, { kind: 'status' })]);
  const log = {
    ...store.log,
    read: async (...args: Parameters<typeof store.log.read>) => {
      time.now += 50_000;
      return store.log.read(...args);
    },
  };
  endpoint.answer = async () => {
    time.now += 14_000;
    expect(await store.deliveries.claim(deliveryKey, time.now, time.now + 60_000)).toBeNull();
    return ok;
  };
  expect(await deliverer({ log }).deliver(deliveryKey)).toMatchObject({ sent: 1 });
});

test('an endpoint that is no longer registered: its cursors are removed', async () => {
  const { store, publish, deliverer, requests, time } = createBench();
  await store.endpoints.put(endpointOf());
  await publish(updatesOf(1, 1));
  await publish([updateOf(1, { id: 'order-2' })]);
  await store.endpoints.remove('default', 'ep_1');
  expect(await deliverer().deliver(deliveryKey)).toEqual({ type: 'gone', sent: 0 });
  expect(requests).toEqual([]);
  expect(await store.deliveries.due(time.now, 10)).toEqual([]);
});

test('an endpoint removed while it is being called gets nothing more', async () => {
  const { store, publish, deliverer, requests, endpoint } = createBench();
  await store.endpoints.put(endpointOf());
  await publish(updatesOf(1, 3));
  endpoint.answer = async () => {
    await store.endpoints.remove('default', 'ep_1');
    await store.deliveries.removeEndpoint('ep_1');
    return ok;
  };
  expect(await deliverer().deliver(deliveryKey)).toEqual({ type: 'lost', sent: 1 });
  expect(seqs(requests)).toEqual([1]);
});

test('halted soon: the request under way counts, no other begins, and the rest stays due', async () => {
  const { store, publish, deliverer, requests, endpoint, time } = createBench();
  await store.endpoints.put(endpointOf());
  await publish(updatesOf(1, 3));
  const soon = new AbortController();
  endpoint.answer = () => {
    soon.abort();
    return ok;
  };
  expect(await deliverer().deliver(deliveryKey, { soon: soon.signal })).toEqual({ type: 'more', sent: 1 });
  expect(await store.deliveries.due(time.now, 10)).toEqual([deliveryKey]);
  await deliverer().deliver(deliveryKey);
  expect(seqs(requests)).toEqual([1, 2, 3]);
});

test('halted now: the request broken off is no failure, and is repeated under the same id', async () => {
  const { store, publish, deliverer, requests, endpoint } = createBench();
  await store.endpoints.put(endpointOf());
  await publish(updatesOf(1, 1));
  const now = new AbortController();
  endpoint.answer = ({ signal }) => {
    now.abort();
    return signal?.aborted ? { type: 'failed', reason: 'broken off' } : ok;
  };
  expect(await deliverer().deliver(deliveryKey, { now: now.signal })).toEqual({ type: 'more', sent: 0 });
  endpoint.answer = () => ok;
  expect(await deliverer().deliver(deliveryKey)).toEqual({ type: 'caught-up', sent: 1 });
  expect(requests[1]?.body).toBe(requests[0]?.body);
});
