import { describe, expect, test } from 'vitest';
import { createWebhookLoop } from '../../../embedded/webhooks/loop.ts';
import { createWebhookRegistry } from '../../../handlers/webhooks/register.ts';
import {
  append,
  createBench,
  deliveryKey,
  endpointOf,
  ok,
  seqs,
  startTime,
  status,
  updateOf,
} from '../../handlers/webhooks/bench.ts';
import { createManualTime, quiet } from './manual-timer.ts';

const minute = 60_000;
const day = 24 * 60 * minute;
const steps = [1_000, -1_000, -4_000, -30_000, 60 * minute, -60 * minute, -30 * day] as const;

function setUp() {
  const time = createManualTime(startTime);
  const bench = createBench();
  const { endpoints, deliveries } = bench.store;
  const registry = createWebhookRegistry({
    ...{ endpoints, deliveries, checkUrl: async () => null, clock: time.clock, random: (size) => new Uint8Array(size) },
  });
  const begin = () =>
    createWebhookLoop({
      deliverer: bench.deliverer({ clock: time.clock }),
      deliveries,
      onError: (error) => expect.unreachable(String(error)),
      clock: time.clock,
      timer: time.timer,
    });
  /** Recorded by the clock, as the log does: never less than before in the same log. */
  let recorded = 0;
  const publish = async (loop: ReturnType<typeof begin>, seq: number): Promise<void> => {
    bench.time.now = time.clock();
    recorded = Math.max(recorded, time.clock());
    loop.poke(await bench.publish([updateOf(seq, { recordedAt: new Date(recorded).toISOString() })]));
    await quiet();
  };
  return { ...bench, manual: time, registry, begin, publish };
}

describe.each(steps)('S31: the clock is set by %i ms', (step) => {
  test('between the registration and the updates: none is lost', async () => {
    const { registry, manual, begin, publish, requests } = setUp();
    const loop = begin();
    await registry.register({ tenant: 'default', url: 'https://example.com/', filter: {}, description: '' });
    manual.step(step);
    for (const seq of [1, 2, 3]) await publish(loop, seq);
    await manual.advance(2_000);
    expect(seqs(requests)).toEqual([1, 2, 3]);
  });

  test('between the updates and the registration: only what comes later is sent', async () => {
    const { registry, manual, begin, publish, requests } = setUp();
    const loop = begin();
    for (const seq of [1, 2]) await publish(loop, seq);
    manual.step(step);
    await registry.register({ tenant: 'default', url: 'https://example.com/', filter: {}, description: '' });
    await publish(loop, 3);
    await manual.advance(2_000);
    expect(seqs(requests)).toEqual([3]);
  });

  // A small step that is made up for meanwhile cannot be seen, and costs at most the wait once more.
  test('while a retry waits: it comes within twice its own wait', async () => {
    const { store, manual, begin, publish, requests, endpoint } = setUp();
    await store.endpoints.put(endpointOf());
    endpoint.answer = () => status(500);
    const loop = begin();
    await publish(loop, 1);
    endpoint.answer = () => ok;
    manual.step(step);
    await quiet();
    await manual.advance(2 * 5_000 + 1_000);
    expect(seqs(requests)).toEqual([1, 1]);
    expect(await store.deliveries.nextDue()).toBeNull();
  });

  test('while a retry waits and the process is down: it comes within its own wait after the start', async () => {
    const { store, manual, begin, publish, requests, endpoint } = setUp();
    await store.endpoints.put(endpointOf());
    endpoint.answer = () => status(500);
    const loop = begin();
    await publish(loop, 1);
    await loop.stop();
    endpoint.answer = () => ok;
    manual.step(step);
    const next = begin();
    await quiet();
    await manual.advance(2 * 5_000 + 1_000);
    expect(seqs(requests)).toEqual([1, 1]);
    await next.stop();
  });

  test('while somebody holds a delivery and never lets go: it is taken up within its lease and a minute', async () => {
    const { store, manual, begin, publish, requests } = setUp();
    await store.endpoints.put(endpointOf());
    await append(store.log, [updateOf(1)]);
    await store.deliveries.wake([{ ...deliveryKey, tenant: 'default' }], manual.clock());
    await store.deliveries.claim(deliveryKey, manual.clock(), manual.clock() + minute);
    manual.step(step);
    const loop = begin();
    await quiet();
    await manual.advance(2 * minute + 1_000);
    await publish(loop, 2);
    expect(seqs(requests)).toEqual([1, 2]);
  });
});

test('a cursor begins in the present log after what was there before its endpoint, also when all of it is trimmed', async () => {
  const { store, manual, begin, requests, publish } = setUp();
  await append(store.log, [updateOf(1), updateOf(2)]);
  await store.endpoints.put(endpointOf());
  await store.writer.write((db) => db.exec('DELETE FROM updates'));
  const loop = begin();
  await publish(loop, 3);
  await manual.advance(1_000);
  expect(seqs(requests)).toEqual([3]);
});
