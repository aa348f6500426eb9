import { expect, test, vi } from 'vitest';
import { isStatusError } from '../../client-sdk/src/index.ts';
import { collect, iterateAll, outcome } from './support/collect.ts';
import { createFakeService } from './support/fake-service.ts';

test.each([
  ['SUCCEEDED', { output: { total: 42 } }, { total: 42 }, null],
  ['SUCCEEDED', { output: null }, null, null],
  ['SUCCEEDED', { outputOmitted: true }, { whole: true }, null],
  ['FAILED', { error: { name: 'PaymentProcessingError', cause: 'declined' } }, undefined, 'PaymentProcessingError'],
  ['TIMED_OUT', { error: { name: 'States.Timeout', cause: null } }, undefined, 'States.Timeout'],
  ['ABORTED', { error: null }, undefined, null],
] as const)('S16: result() settles at the first terminal update: %s %j', async (status, change, value, errorName) => {
  const service = createFakeService();
  service.append();
  const result = outcome(service.client().watch('orders', 'order-1').result());
  await service.clock.advance(5_000);
  expect(result.settled).toBe(false);
  const update = service.append({ status, ...change });
  await service.clock.settle();
  expect(result.settled).toBe(true);
  expect(result.value).toEqual(value);
  if (status !== 'SUCCEEDED') {
    expect(isStatusError(result.error, 'execution-failed')).toBe(true);
    expect(result.error).toMatchObject({ status, errorName, cause: update.error?.cause ?? null, update });
  }
  await service.clock.advance(1_100);
  expect(service.clock.pending()).toBe(0);
});

test('result() after an iteration needs no further request', async () => {
  const service = createFakeService();
  service.append({ status: 'SUCCEEDED', output: 'done' });
  const seen = collect(service.client(), { graceMs: 0 });
  await service.clock.advance(2_000);
  const requests = service.requests.length;
  await expect(seen.watch.result()).resolves.toBe('done');
  expect(service.requests).toHaveLength(requests);
});

test('output that came as JSON text over GraphQL is the same as over HTTP (S27)', async () => {
  const service = createFakeService();
  service.append();
  const client = service.client();
  const pushed = collect(client);
  const polled = collect(service.client({ channels: 'polling' }));
  await service.clock.advance(5_000);
  const { length } = service.requests;
  service.append({ status: 'SUCCEEDED', output: { lines: [1, '2'] } });
  await service.clock.settle();
  expect(service.requests).toHaveLength(length);
  await service.clock.advance(3_000);
  expect(pushed.updates.at(-1)?.output).toEqual({ lines: [1, '2'] });
  expect(polled.updates.at(-1)).toEqual(pushed.updates.at(-1));
});

test('an abort rejects everything with the reason, and leaves nothing behind', async () => {
  const service = createFakeService();
  service.append();
  const controller = new AbortController();
  const { signal } = controller;
  const added = vi.spyOn(signal, 'addEventListener');
  const removed = vi.spyOn(signal, 'removeEventListener');
  const client = service.client();
  const watch = client.watch('orders', 'order-1', { signal });
  const seen = iterateAll(watch);
  const result = outcome(watch.result());
  watch.subscribe(() => undefined);
  await service.clock.advance(5_000);
  const reason = new Error('the page was left');
  controller.abort(reason);
  await service.clock.settle();
  expect(seen.error()).toBe(reason);
  expect(result.error).toBe(reason);
  expect(watch.getSnapshot()).toMatchObject({ status: 'RUNNING', connection: { state: 'closed' } });
  await service.clock.advance(1_000);
  expect(service.clock.pending()).toBe(0);
  expect(service.sockets[0]?.isOpen()).toBe(false);
  expect(removed.mock.calls.length).toBe(added.mock.calls.length);
  watch.close();
  await expect(watch.result()).rejects.toBe(reason);
  const again = iterateAll(watch);
  await service.clock.settle();
  expect(again.error()).toBe(reason);
});

test.each(['openMs', 'hang', 'backoff'] as const)('an abort at any stage leaves no timer: %s', async (stage) => {
  const service = createFakeService();
  service.append();
  if (stage === 'openMs') service.behaviour.openMs = 5_000;
  const controller = new AbortController();
  const seen = collect(service.client(), { signal: controller.signal });
  await service.clock.advance(100);
  if (stage === 'hang') service.behaviour.http = 'hang';
  if (stage === 'backoff') Object.assign(service.behaviour, { http: 'down', socket: 'refuse' });
  service.sockets[0]?.end(1006);
  await service.clock.advance(10_000);
  controller.abort();
  await service.clock.advance(6_000);
  expect(seen.watch.getSnapshot().connection.state).toBe('closed');
  expect(seen.error()).toMatchObject({ name: 'AbortError' });
  expect(service.clock.pending()).toBe(0);
});

test("result's own signal ends only that waiting", async () => {
  const service = createFakeService();
  service.append();
  const watch = service.client().watch('orders', 'order-1');
  const controller = new AbortController();
  const impatient = outcome(watch.result({ signal: controller.signal }));
  const patient = outcome(watch.result());
  await service.clock.advance(1_000);
  controller.abort('enough');
  await service.clock.settle();
  expect([impatient.error, patient.settled]).toEqual(['enough', false]);
  service.append({ status: 'SUCCEEDED', output: 1 });
  await service.clock.settle();
  expect(patient.value).toBe(1);
  await expect(watch.result({ signal: AbortSignal.abort('late') })).rejects.toBe('late');
});

test('disposing ends iteration and rejects result; twice is once', async () => {
  const service = createFakeService();
  service.append();
  const watch = service.client().watch('orders', 'order-1');
  const seen = iterateAll(watch);
  const result = outcome(watch.result());
  await service.clock.advance(100);
  await watch[Symbol.asyncDispose]();
  await watch[Symbol.asyncDispose]();
  watch.close();
  await service.clock.advance(1_100);
  expect([seen.seqs(), seen.ended()]).toEqual(['1', true]);
  expect(result.error).toMatchObject({ code: 'closed' });
  expect(service.clock.pending()).toBe(0);
});

test.each(['pull', 'push'] as const)('disposing in a listener, during a %s, is safe', async (when) => {
  const service = createFakeService();
  service.append();
  const watch = service.client().watch('orders', 'order-1');
  const after = vi.fn();
  watch.subscribe(({ update }) => {
    if (update?.seq === (when === 'pull' ? 1 : 2)) watch.close();
  });
  watch.subscribe(after);
  await service.clock.advance(5_000);
  if (when === 'push') service.append();
  await service.clock.advance(2_000);
  const calls = after.mock.calls.length;
  service.append();
  await service.clock.advance(5_000);
  expect(after.mock.calls.length).toBe(calls);
  expect(service.clock.pending()).toBe(0);
});

test('a watch opened while another is torn down gets its connection', async () => {
  const service = createFakeService();
  service.append();
  const client = service.client();
  const first = client.watch('orders', 'order-1');
  let second: ReturnType<typeof collect> | null = null;
  first.subscribe(({ connection }) => {
    if (connection.channel !== 'polling' || second) return;
    first.close();
    second = collect(client);
  });
  await service.clock.advance(5_000);
  service.sockets[0]?.end(1006);
  await service.clock.advance(5_000);
  service.append();
  await service.clock.settle();
  const seqs = (second as ReturnType<typeof collect> | null)?.seqs();
  expect(seqs).toBe('1 2');
});

test('leaving a loop, or `return` while waiting, ends the reading', async () => {
  const service = createFakeService();
  service.append();
  const watch = service.client().watch('orders', 'order-1');
  const iterator = watch[Symbol.asyncIterator]();
  expect(await Promise.race([iterator.next(), service.clock.advance(100).then(() => iterator.next())])).toMatchObject({
    value: { seq: 1 },
  });
  const waiting = outcome(iterator.next());
  await iterator.return?.();
  await service.clock.advance(1_100);
  expect(waiting.value).toEqual({ done: true, value: undefined });
  expect(service.clock.pending()).toBe(0);
});

test('closing the client ends its watches, its socket and what is under way', async () => {
  const service = createFakeService();
  service.append();
  const client = service.client();
  const seen = collect(client);
  const result = outcome(client.watch('orders', 'order-1').result());
  await service.clock.advance(1_000);
  service.behaviour.http = 'hang';
  const status = outcome(client.status('orders', 'order-1'));
  client.close();
  client.close();
  await service.clock.settle();
  expect(service.clock.pending()).toBe(0);
  expect(service.sockets[0]?.isOpen()).toBe(false);
  expect(seen.ended()).toBe(true);
  expect([result.error, status.error]).toMatchObject([{ code: 'closed' }, { code: 'closed' }]);
  const late = outcome(client.watch('orders', 'order-1').result());
  await service.clock.settle();
  expect(late.error).toMatchObject({ code: 'closed' });
});
