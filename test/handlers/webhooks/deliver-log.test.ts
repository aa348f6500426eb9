import { expect, test } from 'vitest';
import type { Log } from '../../../core/ports.ts';
import {
  append,
  type Bench,
  createBench,
  deliveryKey,
  endpointOf,
  epoch1,
  epoch2,
  orderKey,
  previousSeqs,
  seqs,
  status,
  updateOf,
  updatesOf,
} from './bench.ts';

async function setUp(): Promise<Bench> {
  const bench = createBench();
  await bench.store.endpoints.put(endpointOf());
  return bench;
}

function epochs({ requests }: Bench): readonly string[] {
  return requests.map(({ body }) => JSON.parse(body).data.epoch);
}

/** The store's log with its front removed up to `seq`. */
function trimmed(log: Log, seq: number): Log {
  const read: Log['read'] = async (key, after, ...rest) =>
    after.seq < seq ? { type: 'trimmed' } : log.read(key, after, ...rest);
  return { ...log, read };
}

test('S2, S31: a new log begins at its first update, without a previous seq', async () => {
  const bench = await setUp();
  await bench.publish(updatesOf(1, 3));
  await bench.deliverer().deliver(deliveryKey);
  await bench.publish(updatesOf(1, 2, { epoch: epoch2 }));
  await bench.deliverer().deliver(deliveryKey);
  expect(seqs(bench.requests)).toEqual([1, 2, 3, 1, 2]);
  expect(epochs(bench)).toEqual([epoch1, epoch1, epoch1, epoch2, epoch2]);
  expect(previousSeqs(bench.requests)).toEqual([null, 1, 2, null, 1]);
  expect(bench.requests[3]?.headers['webhook-id']).toBe(`upd_${epoch2}_1`);
});

test('a new log that fails at once keeps its place, and nothing of it is skipped', async () => {
  const bench = await setUp();
  await bench.publish(updatesOf(1, 3));
  await bench.deliverer().deliver(deliveryKey);
  await bench.publish(updatesOf(1, 2, { epoch: epoch2 }));
  bench.endpoint.answer = () => status(500);
  const failed = await bench.deliverer().deliver(deliveryKey);
  bench.time.now = failed.type === 'failed' ? failed.dueAt : 0;
  bench.endpoint.answer = () => status(200);
  await bench.deliverer().deliver(deliveryKey);
  expect(seqs(bench.requests)).toEqual([1, 2, 3, 1, 1, 2]);
  expect(bench.requests[4]?.body).toBe(bench.requests[3]?.body);
});

test('a new log that begins between the reads is not taken for trimmed history', async () => {
  const bench = await setUp();
  await bench.publish(updatesOf(1, 2));
  let reads = 0;
  const log: Log = {
    ...bench.store.log,
    async read(...args) {
      reads += 1;
      if (reads === 1) await append(bench.store.log, updatesOf(1, 2, { epoch: epoch2 }));
      return bench.store.log.read(...args);
    },
  };
  await bench.deliverer({ log }).deliver(deliveryKey);
  expect(epochs(bench)).toEqual([epoch2, epoch2]);
  expect(bench.requests.map(({ body }) => JSON.parse(body).skipped)).toEqual([undefined, undefined]);
});

test('S32: trimmed history gives the last update whole, with skipped, and goes on after it', async () => {
  const bench = await setUp();
  await bench.publish(updatesOf(1, 2));
  await bench.deliverer().deliver(deliveryKey);
  await bench.publish(updatesOf(3, 9));
  const log = trimmed(bench.store.log, 6);
  expect(await bench.deliverer({ log }).deliver(deliveryKey)).toEqual({ type: 'caught-up', sent: 1 });
  await bench.publish(updatesOf(10, 10));
  await bench.deliverer({ log }).deliver(deliveryKey);
  expect(seqs(bench.requests)).toEqual([1, 2, 9, 10]);
  expect(previousSeqs(bench.requests)).toEqual([null, 1, 2, 9]);
  expect(bench.requests.map(({ body }) => JSON.parse(body).skipped)).toEqual([undefined, undefined, true, undefined]);
  expect(JSON.parse(bench.requests[2]?.body ?? '').data).toEqual(updateOf(9));
});

test('S13, G9: a later run of another tenant under the same name is not shown', async () => {
  const bench = await setUp();
  await bench.publish(updatesOf(1, 1));
  await append(bench.store.log, updatesOf(1, 1, { epoch: epoch2, tenant: 'other' }));
  expect(await bench.deliverer().deliver(deliveryKey)).toEqual({ type: 'caught-up', sent: 0 });
  expect(bench.requests).toEqual([]);
});

test.each([
  ['expired', (now: number) => ({ expiresAt: now })],
  ['forgotten', (now: number) => ({ goneUntil: now + 1 })],
])('S4: nothing of an %s log is sent, whatever the storage still has', async (_, change) => {
  const bench = await setUp();
  await bench.publish(updatesOf(1, 2), change(bench.time.now));
  expect(await bench.deliverer().deliver(deliveryKey)).toEqual({ type: 'caught-up', sent: 0 });
  expect(bench.requests).toEqual([]);
  expect(await bench.store.deliveries.nextDue()).toBeNull();
});

test('S4: a log that expires later is sent', async () => {
  const bench = await setUp();
  await bench.publish(updatesOf(1, 2), { expiresAt: bench.time.now + 1 });
  expect(await bench.deliverer().deliver(deliveryKey)).toEqual({ type: 'caught-up', sent: 2 });
});

test('a wake without a log is answered with silence', async () => {
  const bench = await setUp();
  await bench.store.deliveries.wake([{ endpointId: 'ep_1', ...orderKey, tenant: 'default' }], bench.time.now);
  expect(await bench.deliverer().deliver(deliveryKey)).toEqual({ type: 'caught-up', sent: 0 });
});
