import { expect, test, vi } from 'vitest';
import { createStatusClient, isStatusError, StatuswireError } from '../../client-sdk/src/index.ts';
import { outcome } from './support/collect.ts';
import { createFakeService } from './support/fake-service.ts';

/** A client whose fetch gives one answer; the requests it made. */
function answering(status: number, body: string, headers: Record<string, string> = {}) {
  const requests: { readonly url: string; readonly init: RequestInit }[] = [];
  const client = createStatusClient({
    url: 'https://status.test/prefix/',
    token: 'key',
    fetch: async (url, init) => {
      requests.push({ url, init });
      return new Response(body, { status, headers });
    },
  });
  return { client, requests };
}

test('status() is one request, with names made safe for a path', async () => {
  const service = createFakeService();
  const update = service.append({ status: 'FAILED' });
  await expect(service.client().status('orders', 'order-1')).resolves.toEqual(update);
  const { client, requests } = answering(404, '');
  await expect(client.status('orders', '../a b')).rejects.toMatchObject({ code: 'not-found' });
  expect(requests.map(({ url }) => url)).toEqual(['https://status.test/prefix/status/orders/..%2Fa%20b']);
});

test('start() posts what was given, and hands over the answer', async () => {
  const started = { workflow: 'orders', id: 'o-1', token: 't', statusUrl: 's', resultUrl: 'r' };
  const { client, requests } = answering(202, JSON.stringify(started));
  await expect(client.start('orders', { id: 'o-1', input: { total: 42 }, idempotencyKey: 'k' })).resolves.toEqual(
    started,
  );
  await client.start('orders');
  expect(requests.map(({ url, init }) => [url, init.method, init.body])).toEqual([
    ['https://status.test/prefix/executions/orders', 'POST', '{"id":"o-1","input":{"total":42}}'],
    ['https://status.test/prefix/executions/orders', 'POST', '{}'],
  ]);
  expect(requests[0]?.init.headers).toMatchObject({
    authorization: 'Bearer key',
    'content-type': 'application/json',
    'idempotency-key': 'k',
  });
});

test.each([
  [400, 'invalid', false],
  [401, 'unauthorized', false],
  [403, 'unauthorized', false],
  [404, 'not-found', false],
  [408, 'unavailable', true],
  [409, 'conflict', false],
  [413, 'invalid', false],
  [422, 'invalid', false],
  [429, 'unavailable', true],
  [500, 'unavailable', true],
  [503, 'unavailable', true],
  [200, 'bad-answer', true],
] as const)('an answer of %i without JSON is %s', async (status, code, retryable) => {
  const { client } = answering(status, '<html>');
  const { error } = await settled(client.status('orders', 'order-1'));
  expect(error).toMatchObject({ name: 'StatuswireError', code, retryable });
  expect(isStatusError(error, code)).toBe(true);
  expect((error as StatuswireError).message).toContain((error as StatuswireError).hint);
});

test('JSON that is no update is a bad answer', async () => {
  const { client } = answering(200, '{"seq": "1"}');
  await expect(client.status('orders', 'order-1')).rejects.toMatchObject({ code: 'bad-answer' });
});

test.each([
  ['7', 7_000],
  ['Thu, 20 Nov 2036 10:00:00 GMT', 'a date'],
  ['soon', null],
  ['-1', null],
])('Retry-After: %s', async (value, expected) => {
  const { client } = answering(503, '{"detail":"Resting."}', { 'Retry-After': value });
  const { error } = await settled(client.status('orders', 'order-1'));
  const { retryAfterMs, message } = error as StatuswireError;
  expect(message).toContain('503, Resting.');
  if (expected === 'a date') expect(retryAfterMs).toBeGreaterThan(0);
  else expect(retryAfterMs).toBe(expected);
});

test('a call ends with its signal, whatever it waits for', async () => {
  const service = createFakeService();
  const controller = new AbortController();
  const client = service.client({ token: () => new Promise(() => undefined) });
  const call = outcome(client.status('orders', 'order-1', { signal: controller.signal }));
  await service.clock.settle();
  controller.abort('changed my mind');
  await service.clock.settle();
  expect(call.error).toBe('changed my mind');
  expect(service.clock.pending()).toBe(0);
  await expect(client.start('orders', { signal: AbortSignal.abort('too late') })).rejects.toBe('too late');
});

test('a signal that outlives its calls is left as it was', async () => {
  const service = createFakeService();
  service.append();
  const { signal } = new AbortController();
  const added = vi.spyOn(signal, 'addEventListener');
  const removed = vi.spyOn(signal, 'removeEventListener');
  const client = service.client();
  await client.status('orders', 'order-1', { signal });
  await settled(client.status('orders', 'other', { signal }));
  expect(added).toHaveBeenCalledTimes(2);
  expect(removed.mock.calls).toEqual(added.mock.calls);
});

test('a call that nobody answers is given up after 15 s', async () => {
  const service = createFakeService();
  service.behaviour.http = 'hang';
  const call = outcome(service.client().status('orders', 'order-1'));
  await service.clock.advance(14_900);
  expect(call.settled).toBe(false);
  await service.clock.advance(200);
  expect(call.error).toMatchObject({ code: 'unavailable', retryable: true });
});

test('discovery is asked once, by however many watches', async () => {
  const service = createFakeService();
  service.append();
  const client = service.client();
  for (let i = 0; i < 20; i++) client.watch('orders', 'order-1').subscribe(() => undefined);
  await service.clock.advance(5_000);
  expect(service.requests.filter(({ path }) => path === '/.well-known/statuswire')).toHaveLength(1);
  client.close();
});

test('a service without discovery is asked for it by back-off, not by every poll of every watch', async () => {
  const service = createFakeService();
  service.behaviour.discovery = 'absent';
  service.append();
  const client = service.client();
  for (let i = 0; i < 10; i++) client.watch('orders', 'order-1').subscribe(() => undefined);
  await service.clock.advance(60_000);
  expect(service.requests.filter(({ path }) => path === '/.well-known/statuswire').length).toBeLessThan(32);
  client.close();
});

test('isStatusError knows errors of another copy of the package, and nothing else', () => {
  const error = new StatuswireError('conflict', 'Taken.');
  const foreign = Object.assign(new Error('x'), { name: 'StatuswireError', code: 'conflict' });
  expect([isStatusError(error), isStatusError(foreign), isStatusError(foreign, 'conflict')]).toEqual([
    true,
    true,
    true,
  ]);
  expect([isStatusError(error, 'invalid'), isStatusError(new Error('x')), isStatusError('conflict')]).toEqual([
    false,
    false,
    false,
  ]);
});

async function settled(promise: Promise<unknown>) {
  return promise.then(
    (value) => ({ value, error: null }),
    (error: unknown) => ({ value: null, error }),
  );
}
