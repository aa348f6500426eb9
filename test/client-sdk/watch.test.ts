import { expect, test, vi } from 'vitest';
import { collect, iterateAll, outcome } from './support/collect.ts';
import { createFakeService } from './support/fake-service.ts';

test('a handle does nothing until somebody reads it', async () => {
  const service = createFakeService();
  const watch = service.client().watch('orders', 'order-1');
  await service.clock.advance(10_000);
  expect(service.requests).toEqual([]);
  expect(service.clock.pending()).toBe(0);
  expect(watch.getSnapshot()).toEqual({
    status: null,
    update: null,
    connection: { state: 'idle', channel: null, since: service.clock.now() - 10_000 },
    asOf: null,
    stale: true,
    error: null,
  });
});

test('S16: a watch begins at seq 1, at the latest update, or after a cursor', async () => {
  const service = createFakeService();
  for (let i = 0; i < 5; i++) service.append();
  const client = service.client();
  const seen = [undefined, 'beginning', 'latest', 'c1-3', 'c1-5'].map((from) => collect(client, from ? { from } : {}));
  await service.clock.advance(100);
  expect(seen.map((each) => each.seqs())).toEqual(['1 2 3 4 5', '1 2 3 4 5', '5', '4 5', '']);
  service.append();
  await service.clock.advance(100);
  expect(seen.map((each) => each.seqs())).toEqual(['1 2 3 4 5 6', '1 2 3 4 5 6', '5 6', '4 5 6', '6']);
});

test('S20: where the log cannot be continued, the whole state comes and says that it skips', async () => {
  const service = createFakeService();
  for (let i = 0; i < 9; i++) service.append();
  service.log.trim(5);
  const client = service.client();
  const seen = [{}, { from: 'latest' }, { from: 'c1-2' }, { from: 'c7-2' }].map((options) => collect(client, options));
  await service.clock.advance(100);
  expect(seen.map((each) => each.seqs())).toEqual(['9!', '9', '9!', '9!']);
});

test('S2: a new run under the same name comes as a skip, and is followed', async () => {
  const service = createFakeService();
  service.append();
  const seen = collect(service.client());
  await service.clock.advance(5_000);
  service.log.renew();
  service.append();
  service.append();
  await service.clock.advance(100);
  expect(seen.updates.map(({ epoch, seq, skipped }) => [epoch, seq, skipped])).toEqual([
    ['E1', 1, false],
    ['E2', 2, true],
  ]);
});

test('a malformed cursor is an error that nobody retries', async () => {
  const service = createFakeService();
  service.append();
  const seen = collect(service.client(), { from: 'malformed' });
  await service.clock.advance(100);
  expect(seen.error()).toMatchObject({ code: 'invalid', retryable: false });
  expect(service.clock.pending()).toBe(0);
});

test('a long log is read page by page, and a listener hears once per page', async () => {
  const service = createFakeService();
  service.behaviour.pageSize = 50;
  for (let i = 0; i < 120; i++) service.append();
  const watch = service.client({ channels: 'polling' }).watch('orders', 'order-1');
  const heard: unknown[] = [];
  watch.subscribe(({ update }) => heard.push(update?.seq));
  await service.clock.settle();
  expect(heard).toEqual([50, 100, 120]);
});

test('snapshots are the same object until something changes', async () => {
  const service = createFakeService();
  service.append();
  const watch = service.client().watch('orders', 'order-1');
  watch.subscribe(() => undefined);
  await service.clock.advance(5_000);
  const before = watch.getSnapshot();
  await service.clock.advance(10_000);
  expect(watch.getSnapshot()).toBe(before);
  service.append();
  await service.clock.settle();
  const after = watch.getSnapshot();
  expect(after).not.toBe(before);
  expect(after.connection).toBe(before.connection);
  expect(after.asOf).toBe(service.clock.now());
});

test('iterators and listeners of one handle share one watch, and a late iterator sees everything', async () => {
  const service = createFakeService();
  service.append();
  const first = collect(service.client());
  const off = first.watch.subscribe(() => undefined);
  await service.clock.advance(5_000);
  service.append();
  await service.clock.settle();
  const second = iterateAll(first.watch);
  const pulls = service.pulls();
  await service.clock.settle();
  service.append();
  await service.clock.settle();
  expect([first.seqs(), second.seqs()]).toEqual(['1 2 3', '1 2 3']);
  expect(service.pulls()).toBe(pulls);
  expect(service.sockets[0]?.subscriptions.size).toBe(1);
  off();
});

test('a handle that nobody reads rests, and goes on where it was when somebody comes back', async () => {
  const service = createFakeService();
  service.append();
  const watch = service.client().watch('orders', 'order-1');
  const heard: (number | undefined)[] = [];
  const off = watch.subscribe(({ update }) => heard.push(update?.seq));
  await service.clock.advance(5_000);
  off();
  off();
  expect(watch.getSnapshot()).toMatchObject({ status: 'RUNNING', connection: { state: 'idle' } });
  await service.clock.advance(5_000);
  expect(service.clock.pending()).toBe(0);
  service.append();
  service.append();
  const seen = iterateAll(watch);
  await service.clock.advance(100);
  expect(seen.seqs()).toBe('1 2 3');
  expect(service.requests.at(-1)?.path).toContain('after=c1-');
});

test('leaving twice does not drop another listener', async () => {
  const service = createFakeService();
  service.append();
  const watch = service.client().watch('orders', 'order-1');
  const listener = vi.fn();
  const off = watch.subscribe(listener);
  watch.subscribe(listener);
  off();
  off();
  await service.clock.advance(100);
  expect(listener).toHaveBeenCalled();
});

test('a listener that throws hurts neither the others nor the watch', async () => {
  const service = createFakeService();
  service.append();
  const watch = service.client().watch('orders', 'order-1');
  const uncaught: unknown[] = [];
  const onUncaught = (error: unknown) => uncaught.push(error);
  const others = process.listeners('uncaughtException');
  process.removeAllListeners('uncaughtException');
  process.on('uncaughtException', onUncaught);
  try {
    let thrown = false;
    watch.subscribe(() => {
      if (thrown) return;
      thrown = true;
      throw new Error('in a component');
    });
    const heard = vi.fn();
    watch.subscribe(heard);
    await service.clock.settle();
    expect(heard).toHaveBeenCalled();
    expect(watch.getSnapshot()).toMatchObject({ status: 'RUNNING', error: null });
    expect(uncaught[0]).toMatchObject({ message: 'in a component' });
  } finally {
    process.off('uncaughtException', onUncaught);
    for (const other of others) process.on('uncaughtException', other);
    watch.close();
  }
});

test('S16: a watch ends 30 s after a terminal update, with nothing left behind', async () => {
  const service = createFakeService();
  service.append();
  const seen = collect(service.client());
  await service.clock.advance(5_000);
  service.append({ status: 'SUCCEEDED' });
  await service.clock.advance(29_000);
  expect(seen.ended()).toBe(false);
  await service.clock.advance(1_100);
  expect(seen.ended()).toBe(true);
  expect(seen.watch.getSnapshot()).toMatchObject({ status: 'SUCCEEDED', connection: { state: 'closed' } });
  await service.clock.advance(1_000);
  expect(service.clock.pending()).toBe(0);
  const late = iterateAll(seen.watch);
  await service.clock.settle();
  expect([late.seqs(), late.ended()]).toEqual(['1 2', true]);
  expect(service.clock.pending()).toBe(0);
});

test.each(['auto', 'polling'] as const)('S16: a redrive within the grace goes on (%s)', async (channels) => {
  const service = createFakeService();
  service.append({ status: 'FAILED' });
  const seen = collect(service.client({ channels }));
  await service.clock.advance(15_000);
  service.append({ status: 'RUNNING', redriveCount: 1 });
  await service.clock.advance(60_000);
  expect(seen.seqs()).toBe('1 2');
  expect(seen.ended()).toBe(false);
  service.append({ status: 'SUCCEEDED', redriveCount: 1 });
  await service.clock.advance(32_000);
  expect(seen.seqs()).toBe('1 2 3');
  expect(seen.ended()).toBe(true);
});

test('S16: graceMs 0 ends with the terminal update, redrives never ends', async () => {
  const service = createFakeService();
  service.append({ status: 'ABORTED' });
  const client = service.client();
  const short = collect(client, { graceMs: 0 });
  const long = collect(client, { redrives: true });
  await service.clock.advance(100);
  expect([short.seqs(), short.ended()]).toEqual(['1', true]);
  await service.clock.advance(3 * 3_600_000);
  expect(long.ended()).toBe(false);
  client.close();
});

test('a socket that closes while the execution runs is not its end', async () => {
  const service = createFakeService();
  service.append();
  const watch = service.client().watch('orders', 'order-1');
  const seen = iterateAll(watch);
  const result = outcome(watch.result());
  await service.clock.advance(5_000);
  service.sockets[0]?.end(1000);
  await service.clock.advance(120_000);
  expect([seen.ended(), result.settled]).toEqual([false, false]);
});

test('S18: what is not there yet is waited for, and then not found', async () => {
  const service = createFakeService();
  service.behaviour.exists = false;
  const client = service.client();
  const patient = collect(client, { notFoundAfterMs: Number.POSITIVE_INFINITY });
  const seen = collect(client);
  const result = outcome(client.watch('orders', 'order-1').result());
  const store = client.watch('orders', 'order-1');
  store.subscribe(() => undefined);
  await service.clock.advance(29_000);
  expect([seen.error(), result.settled, store.getSnapshot().error]).toEqual([null, false, null]);
  await service.clock.advance(2_000);
  expect(seen.error()).toMatchObject({ code: 'not-found' });
  expect(result.error).toMatchObject({ code: 'not-found' });
  expect(store.getSnapshot()).toMatchObject({
    status: null,
    error: { code: 'not-found' },
    connection: { state: 'live' },
  });
  await service.clock.advance(60_000);
  service.behaviour.exists = true;
  service.append();
  await service.clock.advance(100);
  expect(patient.seqs()).toBe('1');
  expect(store.getSnapshot()).toMatchObject({ status: 'RUNNING', error: null });
});

test('a listener is not called when nothing changed', async () => {
  const service = createFakeService();
  service.behaviour.exists = false;
  const heard = vi.fn();
  service.client({ channels: 'polling' }).watch('orders', 'order-1').subscribe(heard);
  await service.clock.advance(20_000);
  expect(service.pulls()).toBeGreaterThan(10);
  expect(heard).toHaveBeenCalledTimes(1);
});

test('S18: an outage is no absence', async () => {
  const service = createFakeService();
  service.behaviour.exists = false;
  const seen = collect(service.client({ channels: 'polling' }));
  await service.clock.advance(5_000);
  service.behaviour.http = 'down';
  await service.clock.advance(120_000);
  expect(seen.error()).toBeNull();
});
