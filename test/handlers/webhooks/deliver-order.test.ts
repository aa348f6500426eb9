import { Webhook } from 'standardwebhooks';
import { expect, test } from 'vitest';
import type { Deliveries } from '../../../core/ports.ts';
import { createBench, deliveryKey, endpointOf, ok, previousSeqs, seqs, status, updateOf, updatesOf } from './bench.ts';

test('S31: posts the updates in order, each once, signed, with the previous seq', async () => {
  const { store, publish, deliverer, requests, time } = createBench();
  const endpoint = endpointOf();
  await store.endpoints.put(endpoint);
  await publish(updatesOf(1, 3));
  expect(await deliverer().deliver(deliveryKey)).toEqual({ type: 'caught-up', sent: 3 });
  expect(seqs(requests)).toEqual([1, 2, 3]);
  expect(previousSeqs(requests)).toEqual([null, 1, 2]);
  const [first] = requests;
  expect(first?.url).toBe(endpoint.url);
  expect(first?.headers).toMatchObject({
    'content-type': 'application/json',
    'webhook-id': `upd_${updateOf(1).epoch}_1`,
    'webhook-timestamp': String(time.now / 1000),
  });
  expect(JSON.parse(first?.body ?? '')).toEqual({
    type: 'status.updated',
    timestamp: updateOf(1).occurredAt,
    data: updateOf(1),
    previousSeq: null,
  });
  await publish(updatesOf(4, 5));
  expect(await deliverer().deliver(deliveryKey)).toEqual({ type: 'caught-up', sent: 2 });
  expect(seqs(requests)).toEqual([1, 2, 3, 4, 5]);
  expect(previousSeqs(requests)).toEqual([null, 1, 2, 3, 4]);
});

test('a Standard Webhooks library verifies every post', async () => {
  const { store, publish, deliverer, requests, time } = createBench();
  time.now = Date.now();
  const endpoint = endpointOf();
  await store.endpoints.put(endpoint);
  await publish(updatesOf(1, 2));
  await deliverer().deliver(deliveryKey);
  const webhook = new Webhook(endpoint.secret);
  expect(requests.map(({ body, headers }) => webhook.verify(body, headers))).toEqual(
    requests.map(({ body }) => JSON.parse(body)),
  );
  expect(requests).toHaveLength(2);
});

test('G3: seq 5 is never posted before seq 4 was accepted', async () => {
  const { store, publish, deliverer, requests, endpoint, time } = createBench();
  await store.endpoints.put(endpointOf());
  await publish(updatesOf(1, 8));
  const refusals = [0, 2, 1, 0, 3, 0, 1, 1];
  endpoint.answer = ({ body }) => {
    const { seq } = JSON.parse(body).data;
    const left = refusals[seq - 1] ?? 0;
    refusals[seq - 1] = left - 1;
    return left > 0 ? status(500) : ok;
  };
  for (let turn = 0; turn < 20; turn++) {
    const result = await deliverer().deliver(deliveryKey);
    if (result.type === 'failed') time.now = result.dueAt;
  }
  expect(seqs(requests)).toEqual([1, 2, 2, 2, 3, 3, 4, 5, 5, 5, 5, 6, 7, 7, 8, 8]);
  expect(await store.deliveries.nextDue()).toBeNull();
});

test('S31: the filter moves the cursor silently; previousSeq is what was sent', async () => {
  const { store, publish, deliverer, requests } = createBench();
  await store.endpoints.put(endpointOf({ filter: { kinds: ['status'] } }));
  await publish([updateOf(1, { kind: 'status' }), ...updatesOf(2, 4), updateOf(5, { kind: 'status' }), updateOf(6)]);
  expect(await deliverer().deliver(deliveryKey)).toEqual({ type: 'caught-up', sent: 2 });
  await publish([updateOf(7)]);
  expect(await deliverer().deliver(deliveryKey)).toEqual({ type: 'caught-up', sent: 0 });
  await publish([updateOf(8, { kind: 'status' })]);
  await deliverer().deliver(deliveryKey);
  expect(seqs(requests)).toEqual([1, 5, 8]);
  expect(previousSeqs(requests)).toEqual([null, 1, 5]);
});

test('S31: what a filter left out stays out when the filter is widened later', async () => {
  const { store, publish, deliverer, requests } = createBench();
  await store.endpoints.put(endpointOf({ filter: { kinds: ['status'] } }));
  await publish(updatesOf(1, 3));
  await deliverer().deliver(deliveryKey);
  await store.endpoints.put(endpointOf());
  await publish([updateOf(4)]);
  await deliverer().deliver(deliveryKey);
  expect(seqs(requests)).toEqual([4]);
});

test('S31: the first update is the first one after the registration in the order of commit, whatever the clocks say', async () => {
  const { store, publish, deliverer, requests } = createBench();
  await publish(updatesOf(1, 2));
  await store.endpoints.put(endpointOf({ createdAt: Date.parse(updateOf(9).recordedAt) }));
  await publish(updatesOf(3, 4));
  await deliverer().deliver(deliveryKey);
  expect(seqs(requests)).toEqual([3, 4]);
  expect(previousSeqs(requests)).toEqual([null, 3]);
});

test('S31: where times decide, what was recorded a little before the registration is sent rather than lost', async () => {
  const { store, publish, deliverer, requests } = createBench();
  const createdAt = Date.parse(updateOf(7).recordedAt);
  await store.endpoints.put(endpointOf({ createdAt }));
  await publish(updatesOf(1, 8));
  const { byPosition: _, ...byTime } = store.endpoints;
  await deliverer({ endpoints: byTime }).deliver(deliveryKey);
  expect(seqs(requests)).toEqual([2, 3, 4, 5, 6, 7, 8]);
});

test('reads a long log page by page', async () => {
  const { store, publish, deliverer, requests } = createBench();
  await store.endpoints.put(endpointOf());
  for (let page = 0; page < 3; page++) await publish(updatesOf(page * 90 + 1, page * 90 + 90));
  expect(await deliverer({ turnSize: 1_000 }).deliver(deliveryKey)).toEqual({ type: 'caught-up', sent: 270 });
  expect(seqs(requests)).toEqual(Array.from({ length: 270 }, (_, index) => index + 1));
});

test('G8: a long log is sent in turns, due at once after each', async () => {
  const { store, publish, deliverer, requests, time } = createBench();
  await store.endpoints.put(endpointOf());
  await publish(updatesOf(1, 5));
  expect(await deliverer({ turnSize: 2 }).deliver(deliveryKey)).toEqual({ type: 'more', sent: 2 });
  expect(await store.deliveries.due(time.now, 10)).toEqual([deliveryKey]);
  expect(await deliverer({ turnSize: 2 }).deliver(deliveryKey)).toEqual({ type: 'more', sent: 2 });
  expect(await deliverer({ turnSize: 2 }).deliver(deliveryKey)).toEqual({ type: 'caught-up', sent: 1 });
  expect(seqs(requests)).toEqual([1, 2, 3, 4, 5]);
});

test('a wake during the claim is not lost: the delivery is due again after it', async () => {
  const { store, publish, deliverer, requests, endpoint, time } = createBench();
  await store.endpoints.put(endpointOf());
  await publish(updatesOf(1, 1));
  // The log has nothing more to read when the wake comes: the commit follows the last read.
  const release: Deliveries['release'] = async (...args) => {
    if (requests.length === 1) await publish(updatesOf(2, 2));
    return store.deliveries.release(...args);
  };
  endpoint.answer = () => ok;
  const first = deliverer({ deliveries: { ...store.deliveries, release } });
  expect(await first.deliver(deliveryKey)).toEqual({ type: 'caught-up', sent: 1 });
  expect(await store.deliveries.due(time.now, 10)).toEqual([deliveryKey]);
  await deliverer().deliver(deliveryKey);
  expect(seqs(requests)).toEqual([1, 2]);
});

test('two deliverers never send the same execution to the same endpoint at once', async () => {
  const { store, publish, deliverer, requests } = createBench();
  await store.endpoints.put(endpointOf());
  await publish(updatesOf(1, 3));
  const results = await Promise.all([deliverer().deliver(deliveryKey), deliverer().deliver(deliveryKey)]);
  expect(results).toEqual([
    { type: 'caught-up', sent: 3 },
    { type: 'skipped', sent: 0 },
  ]);
  expect(seqs(requests)).toEqual([1, 2, 3]);
});
