import { describe, expect, test } from 'vitest';
import type { Deliveries, DeliveryKey } from '../../../core/ports.ts';
import { createWebhookLoop, type WebhookLoopOptions } from '../../../embedded/webhooks/loop.ts';
import type { Deliverer } from '../../../handlers/webhooks/deliver.ts';
import {
  createBench,
  deliveryKey,
  endpointOf,
  ok,
  seqs,
  startTime,
  status,
  updatesOf,
} from '../../handlers/webhooks/bench.ts';
import { createManualTime, quiet } from './manual-timer.ts';

/** The loop on the store with a clock of the test's own, and everything counted. */
function setUp(
  options: Partial<WebhookLoopOptions> = {},
  change: (deliveries: Deliveries) => Partial<Deliveries> = () => ({}),
) {
  const manual = createManualTime(startTime + 3_600_000);
  const bench = createBench();
  const deliveries = { ...bench.store.deliveries, ...change(bench.store.deliveries) };
  const errors: unknown[] = [];
  const looks = { count: 0 };
  const due: Deliveries['due'] = (...args) => {
    looks.count += 1;
    return deliveries.due(...args);
  };
  const begin = () =>
    createWebhookLoop({
      deliverer: bench.deliverer({ clock: manual.clock }),
      deliveries: { ...deliveries, due },
      onError: (error) => errors.push(error),
      clock: manual.clock,
      timer: manual.timer,
      ...options,
    });
  /** As the wiring does: fan out, then poke with what was woken. */
  const publish = async (loop: ReturnType<typeof begin>, ...args: Parameters<typeof bench.publish>) => {
    bench.time.now = manual.clock();
    loop.poke(await bench.publish(...args));
    await quiet();
  };
  return { ...bench, manual, errors, looks, begin, publish };
}

describe('the webhook loop', () => {
  test('delivers at once when poked with keys, and when poked without', async () => {
    const { store, begin, publish, requests, manual } = setUp();
    await store.endpoints.put(endpointOf());
    const loop = begin();
    await publish(loop, updatesOf(1, 2));
    expect(seqs(requests)).toEqual([1, 2]);
    await store.deliveries.wake([{ ...deliveryKey, tenant: 'default' }], manual.clock());
    loop.poke();
    await quiet();
    expect(await store.deliveries.nextDue()).toBeNull();
  });

  test('G1: takes up at its start what an earlier process left', async () => {
    const { store, begin, publish, requests } = setUp();
    await store.endpoints.put(endpointOf());
    await publish({ poke() {}, stop: async () => {} }, updatesOf(1, 2));
    expect(requests).toEqual([]);
    begin();
    await quiet();
    expect(seqs(requests)).toEqual([1, 2]);
  });

  test('sleeps until the next retry is due, and not a moment less', async () => {
    const { store, begin, publish, requests, endpoint, manual } = setUp();
    await store.endpoints.put(endpointOf());
    endpoint.answer = () => status(500);
    const loop = begin();
    await publish(loop, updatesOf(1, 1));
    await manual.advance(4_999);
    expect(seqs(requests)).toEqual([1]);
    await manual.advance(1);
    expect(seqs(requests)).toEqual([1, 1]);
    await manual.advance(299_999);
    expect(seqs(requests)).toEqual([1, 1]);
    endpoint.answer = () => ok;
    await manual.advance(1);
    expect(seqs(requests)).toEqual([1, 1, 1]);
  });

  test('no busy loop: idle it has no timer, waiting it has one', async () => {
    const { store, begin, publish, endpoint, manual, looks } = setUp();
    await store.endpoints.put(endpointOf());
    const loop = begin();
    await quiet();
    expect(manual.pending()).toEqual([]);
    endpoint.answer = () => status(500);
    await publish(loop, updatesOf(1, 1));
    expect(manual.pending()).toEqual([manual.clock() + 5_000]);
    const before = looks.count;
    await manual.advance(5_000);
    expect(manual.pending()).toHaveLength(1);
    await manual.advance(299_000);
    // One a minute, for the clock may be set.
    expect(looks.count - before).toBeLessThanOrEqual(6);
  });

  test('no busy loop: work that is due but cannot be had is asked for once a second', async () => {
    const { begin, manual, looks } = setUp({}, () => ({ due: async () => [deliveryKey], nextDue: async () => 0 }));
    begin();
    await quiet();
    await manual.advance(10_000);
    expect(looks.count).toBeLessThanOrEqual(12);
    expect(looks.count).toBeGreaterThanOrEqual(10);
  });

  test('a wake while the delivery runs is followed by another run', async () => {
    const { store, begin, publish, requests, endpoint } = setUp();
    await store.endpoints.put(endpointOf());
    let answer = () => {};
    endpoint.answer = () =>
      new Promise((resolve) => {
        answer = () => resolve(ok);
      });
    const loop = begin();
    await publish(loop, updatesOf(1, 1));
    await publish(loop, updatesOf(2, 2));
    expect(seqs(requests)).toEqual([1]);
    answer();
    await quiet();
    expect(seqs(requests)).toEqual([1, 2]);
    answer();
    await quiet();
    expect(await store.deliveries.nextDue()).toBeNull();
  });

  test('survives a store that fails: backs off, reports, goes on', async () => {
    let broken = true;
    const { store, begin, publish, errors, requests, manual, looks } = setUp({}, ({ due }) => ({
      due: (...args) => (broken ? Promise.reject(new Error('locked')) : due(...args)),
    }));
    await store.endpoints.put(endpointOf());
    await publish({ poke() {}, stop: async () => {} }, updatesOf(1, 1));
    begin();
    await quiet();
    await manual.advance(60_000);
    // At 0, 1, 3, 7, 15, 31 s, then every 30 s.
    expect(looks.count).toBe(6);
    expect(errors).toHaveLength(6);
    broken = false;
    await manual.advance(30_000);
    expect(seqs(requests)).toEqual([1]);
  });

  test('a delivery whose port fails is tried again when its lease has ended; others are not held up', async () => {
    const { store, begin, publish, requests, errors, manual, endpoint } = setUp();
    await store.endpoints.put(endpointOf());
    await store.endpoints.put(endpointOf({ id: 'ep_2' }));
    let failures = 1;
    endpoint.answer = () => {
      if (failures-- > 0) throw new Error('unexpected');
      return ok;
    };
    const loop = begin();
    await publish(loop, updatesOf(1, 1));
    expect(errors).toHaveLength(1);
    expect(seqs(requests)).toEqual([1, 1]);
    await manual.advance(59_999);
    expect(requests).toHaveLength(2);
    await manual.advance(1);
    expect(seqs(requests)).toEqual([1, 1, 1]);
  });
});

describe('stopping', () => {
  const hanging = (): { deliverer: Deliverer; begun: DeliveryKey[]; log: string[] } => {
    const begun: DeliveryKey[] = [];
    const log: string[] = [];
    const deliverer: Deliverer = {
      deliver(key, halt) {
        begun.push(key);
        halt?.soon?.addEventListener('abort', () => log.push('soon'));
        return new Promise((resolve) => {
          halt?.now?.addEventListener('abort', () => {
            log.push('now');
            resolve({ type: 'more', sent: 0 });
          });
        });
      },
    };
    return { deliverer, begun, log };
  };

  test('lets what is under way finish for a while, then breaks it off; begins nothing more', async () => {
    const { deliverer, begun, log } = hanging();
    const { begin, manual } = setUp({ deliverer, graceMs: 5_000 });
    const loop = begin();
    loop.poke([deliveryKey]);
    await quiet();
    const stopped = loop.stop().then(() => log.push('stopped'));
    loop.poke([{ ...deliveryKey, id: 'order-2' }]);
    await manual.advance(4_999);
    expect(log).toEqual(['soon']);
    await manual.advance(1);
    await stopped;
    expect(log).toEqual(['soon', 'now', 'stopped']);
    expect(begun).toEqual([deliveryKey]);
    expect(manual.pending()).toEqual([]);
  });

  test('resolves within twice the grace even when a port never answers', async () => {
    const deliverer: Deliverer = { deliver: () => new Promise(() => {}) };
    const { begin, manual } = setUp({ deliverer, graceMs: 5_000 });
    const loop = begin();
    loop.poke([deliveryKey]);
    await quiet();
    let stopped = false;
    const ended = loop.stop().then(() => {
      stopped = true;
    });
    await manual.advance(9_999);
    expect(stopped).toBe(false);
    await manual.advance(1);
    await ended;
  });

  test('idle, it stops at once', async () => {
    const { begin } = setUp();
    await begin().stop();
  });
});
