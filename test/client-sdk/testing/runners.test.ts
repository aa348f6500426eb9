// @vitest-environment jsdom
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createTestService } from '../../../client-sdk/src/testing/index.ts';

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** The example of client-sdk/README.md. */
async function example(): Promise<unknown> {
  const service = createTestService();
  const order = service.run('orders', 'order-1');
  const watch = service.client().watch('orders', 'order-1');
  watch.subscribe(() => undefined); // your code goes here

  order.start();
  service.drop(); // the next push is lost …
  order.enter('Charge');
  order.succeed({ receipt: 7 });
  await service.advance(5_000); // … and healed
  expect(watch.getSnapshot()).toMatchObject({ status: 'SUCCEEDED', output: { receipt: 7 } });
  service.close();
  return service.timers.pending();
}

describe('the testing kit works', () => {
  test('in jsdom', async () => {
    expect(globalThis.document).toBeDefined();
    expect(await example()).toBe(0);
  });

  test('while the runner fakes every timer', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'Date'] });
    expect(await example()).toBe(0);
  });

  test('where there is neither fetch, Response, Headers, WebSocket nor MessageChannel, as in some runners’ jsdom', async () => {
    for (const name of ['fetch', 'Response', 'Headers', 'Request', 'WebSocket', 'MessageChannel', 'setImmediate']) {
      vi.stubGlobal(name, undefined);
    }
    expect(await example()).toBe(0);
  });

  test('through the whole client: start, status, result', async () => {
    const service = createTestService();
    const client = service.client();
    const started = await client.start('orders', { id: 'order-2', input: { total: 7 } });
    expect(started).toMatchObject({ workflow: 'orders', id: 'order-2', token: service.token() });
    expect((await client.status('orders', 'order-2')).status).toBe('PENDING');
    await expect(client.start('orders', { id: 'order-2' })).rejects.toMatchObject({ code: 'conflict' });
    const result = client.watch('orders', 'order-2').result();
    const order = service.run('orders', 'order-2');
    order.start();
    order.succeed({ receipt: 8 });
    await service.advance(3_000);
    expect(await result).toEqual({ receipt: 8 });
    service.close();
  });

  test('a fetch to somewhere else is refused, so that no test reaches the network by mistake', async () => {
    const service = createTestService();
    await expect(service.fetch('https://example.com/status', {})).rejects.toThrow('https://status.test');
  });
});
