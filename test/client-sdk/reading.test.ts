import { expect, test } from 'vitest';
import { collect, iterateAll, outcome } from './support/collect.ts';
import { createFakeService } from './support/fake-service.ts';

test('S21: what the server rendered is shown at once, and reading goes on after it without repeating it', async () => {
  const service = createFakeService();
  for (let i = 0; i < 3; i++) service.append();
  const initial = service.log.updates[2];
  if (!initial) throw new Error('nothing appended');
  const watch = service.client({ channels: 'polling' }).watch('orders', 'order-1', { initial });
  expect(watch.getSnapshot()).toMatchObject({
    status: 'RUNNING',
    update: { seq: 3, skipped: false },
    asOf: null,
    stale: true,
  });
  expect(service.requests).toEqual([]);
  const seen = iterateAll(watch);
  await service.clock.advance(10);
  expect([seen.seqs(), watch.getSnapshot().update?.seq, watch.getSnapshot().stale]).toEqual(['', 3, false]);
  service.append();
  await service.clock.advance(3_000);
  expect(seen.seqs()).toBe('4');
  const first = service.requests.find(({ path }) => path.startsWith('/status/'));
  expect(first?.path).toBe('/status/orders/order-1/updates?after=c1-3');
});

test('a terminal update that was rendered settles result() without a request, and ends the watch after the grace', async () => {
  const service = createFakeService();
  const initial = service.append({ status: 'SUCCEEDED', output: 7 });
  const watch = service.client().watch('orders', 'order-1', { initial });
  await expect(watch.result()).resolves.toBe(7);
  expect(service.requests).toEqual([]);
  const seen = iterateAll(watch);
  await service.clock.advance(31_000);
  expect([seen.seqs(), seen.ended()]).toEqual(['', true]);
  expect(watch.getSnapshot()).toMatchObject({ connection: { state: 'closed' }, stale: false });
});

test('I15: with a storage, each update is handed over once over any number of page loads', async () => {
  const service = createFakeService();
  const storage = new Map<string, string>();
  const handed: number[] = [];
  for (let load = 0; load < 3; load++) {
    for (let i = 0; i < 4; i++) service.append();
    const client = service.client({ storage });
    const watch = client.watch('orders', 'order-1', { resume: true });
    if (load > 0) expect(watch.getSnapshot().update?.seq).toBe(handed.at(-1));
    const iterator = watch[Symbol.asyncIterator]();
    // The page is left while the iterator still has something to take.
    for (let i = 0; i < 3; i++) {
      const next = iterator.next();
      await service.clock.advance(10);
      const { value } = await next;
      handed.push(value?.seq ?? 0);
    }
    client.close();
  }
  expect(handed).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  const watch = service.client({ storage }).watch('orders', 'order-1', { resume: true });
  const heard: (number | undefined)[] = [];
  watch.subscribe(({ update }) => heard.push(update?.seq));
  await service.clock.advance(5_000);
  expect(heard[0]).toBe(12);
  const other = service.client({ storage }).watch('orders', 'order-1');
  expect(other.getSnapshot().update, 'only where it is asked for').toBeNull();
});

test('I16: 20,000 updates reach an iterator that takes its time, and are not kept for ever', async () => {
  const service = createFakeService();
  const first = service.append();
  const log = Array.from({ length: 20_000 }, (_, i) => ({ ...first, seq: i + 1, cursor: `c1-${i + 1}` }));
  const fetch = async (target: string) => {
    const from = Number(new URL(target).searchParams.get('after')?.replace('c1-', '') ?? 0);
    const updates = log.slice(from, from + 1_000);
    return Response.json({ updates, next: null, more: from + 1_000 < log.length });
  };
  const watch = service.client({ channels: 'polling', fetch }).watch('orders', 'order-1');
  const seqs: number[] = [];
  const read = (async () => {
    for await (const { seq, skipped } of watch) {
      if (skipped) throw new Error(`skipped before ${seq}`);
      seqs.push(seq);
      if (seq === 20_000) break;
    }
  })();
  await service.clock.advance(1_000);
  await read;
  expect(seqs).toEqual(Array.from({ length: 20_000 }, (_, i) => i + 1));
  const late = iterateAll(watch);
  await service.clock.settle();
  expect(late.updates[0]?.skipped).toBe(true);
  expect(late.updates.length).toBeGreaterThanOrEqual(1_000);
  expect(late.updates.length).toBeLessThan(2_000);
  expect(late.updates.at(-1)).toMatchObject({ seq: 20_000, skipped: false });
  watch.close();
});

test('I16: what one iterator has not taken is kept for it, however far another one is', async () => {
  const service = createFakeService();
  service.behaviour.pageSize = 1_000;
  service.append();
  const watch = service.client({ channels: 'polling' }).watch('orders', 'order-1');
  const slow = watch[Symbol.asyncIterator]();
  const fast = iterateAll(watch);
  const first = slow.next();
  await service.clock.advance(10);
  await first;
  for (let i = 0; i < 3_000; i++) service.append();
  await service.clock.advance(5_000);
  expect(fast.updates).toHaveLength(3_001);
  expect((await slow.next()).value).toMatchObject({ seq: 2, skipped: false });
});

test('S16: with redrives, only a slow look is left after the grace; a redrive is found and followed as before', async () => {
  const service = createFakeService();
  service.append({ status: 'FAILED' });
  const seen = collect(service.client(), { redrives: true });
  await service.clock.advance(35_000);
  expect(service.sockets[0]?.isOpen()).toBe(false);
  const pulls = service.pulls();
  await service.clock.advance(600_000);
  expect(service.pulls() - pulls).toBeLessThan(11);
  expect(seen.ended()).toBe(false);
  service.append({ status: 'RUNNING', redriveCount: 1 });
  await service.clock.advance(80_000);
  expect(seen.seqs()).toBe('1 2');
  expect(seen.watch.getSnapshot().connection).toMatchObject({ state: 'live', channel: 'subscription' });
  service.append({ status: 'SUCCEEDED', redriveCount: 1 });
  await service.clock.settle();
  expect(seen.seqs()).toBe('1 2 3');
});

test('Trigger.dev #2162: whoever comes back sees the last state at once, and nothing older', async () => {
  const service = createFakeService();
  service.append();
  const watch = service.client().watch('orders', 'order-1');
  const off = watch.subscribe(() => undefined);
  await service.clock.advance(3_000);
  service.append({ state: 'Charge' });
  await service.clock.settle();
  off();
  const heard: (string | null | undefined)[] = [];
  expect(watch.getSnapshot()).toMatchObject({ update: { state: 'Charge' }, stale: true });
  watch.subscribe(({ update }) => heard.push(update?.state));
  await service.clock.advance(3_000);
  expect(new Set(heard)).toEqual(new Set(['Charge']));
  expect(watch.getSnapshot().stale).toBe(false);
});

test('Electric #3364: a cache that answers the same for ever is not asked in a tight loop', async () => {
  const service = createFakeService();
  for (let i = 0; i < 5; i++) service.append();
  const { fetch } = service;
  const client = service.client({
    channels: 'polling',
    // As a proxy that ignores the query.
    fetch: (target, init) => fetch(target.replace(/\?.*/, '').replace('/updates', '/updates?limit=2'), init),
  });
  service.behaviour.pageSize = 2;
  const seen = collect(client);
  await service.clock.advance(60_000);
  expect(seen.seqs()).toBe('1 2');
  expect(service.pulls()).toBeLessThan(65);
});

test('one push of a newer log is shown by one notification, together with the state it needs', async () => {
  const service = createFakeService();
  service.append();
  const watch = service.client().watch('orders', 'order-1');
  await service.clock.advance(10);
  const seqs: (number | undefined)[] = [];
  watch.subscribe(({ update }) => seqs.push(update?.seq));
  await service.clock.advance(5_000);
  service.behaviour.dropPushes = true;
  for (let i = 0; i < 8; i++) service.append();
  service.behaviour.dropPushes = false;
  service.append();
  await service.clock.advance(100);
  // The push that told of the gap changed nothing that is shown.
  expect([...new Set(seqs)]).toEqual([1, 10]);
});

test('S18: unauthorized after one refresh is final; what the token function throws otherwise is retried', async () => {
  const service = createFakeService();
  service.append();
  service.tokens = new Set(['good']);
  const refused = collect(service.client({ token: async () => 'bad' }));
  await service.clock.advance(100);
  expect(refused.error()).toMatchObject({ code: 'unauthorized', retryable: false });
  let calls = 0;
  const token = async () => {
    if (++calls < 3) throw new Error('the backend is down');
    return 'good';
  };
  const seen = collect(service.client({ token }));
  await service.clock.advance(20_000);
  expect(seen.error()).toBeNull();
  expect(seen.seqs()).toBe('1');
  expect(outcome(seen.watch.result()).settled).toBe(false);
});
