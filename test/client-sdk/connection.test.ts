import { expect, test } from 'vitest';
import { collect } from './support/collect.ts';
import { createFakeService } from './support/fake-service.ts';

test('what a connection reports after it was given up does not touch its successor', async () => {
  const service = createFakeService();
  service.append();
  const seen = collect(service.client());
  await service.clock.advance(1_000);
  service.behaviour.socket = 'silent';
  await service.clock.advance(33_000);
  service.behaviour.socket = 'ok';
  await service.clock.advance(5_000);
  service.sockets[0]?.closeLate();
  await service.clock.advance(5_000);
  expect(service.sockets.map((socket) => socket.isOpen())).toEqual([false, true]);
  expect(seen.watch.getSnapshot().connection.channel).toBe('subscription');
});

test('an idle connection that breaks is not replaced', async () => {
  const service = createFakeService();
  service.append();
  const seen = collect(service.client());
  await service.clock.advance(10_000);
  seen.watch.close();
  service.sockets[0]?.end(1006);
  await service.clock.advance(60_000);
  expect(service.sockets).toHaveLength(1);
  expect(service.clock.pending()).toBe(0);
});

test('a watch that is closed while others hear of a broken connection hears nothing itself', async () => {
  const service = createFakeService();
  service.append();
  const client = service.client();
  const [first, second] = [client.watch('orders', 'order-1'), client.watch('orders', 'order-1')];
  first.subscribe(({ connection }) => {
    if (connection.channel === 'polling' && service.sockets[0]?.isOpen() === false) second.close();
  });
  second.subscribe(() => undefined);
  await service.clock.advance(10_000);
  service.sockets[0]?.end(1006);
  first.close();
  expect(second.getSnapshot().connection.state).toBe('closed');
  expect(service.clock.pending()).toBe(0);
});

test('a connection begins its back-off anew only when everything was caught up over it', async () => {
  const connects = async (http: 'ok' | 'down') => {
    const service = createFakeService();
    service.append();
    const seen = collect(service.client());
    await service.clock.advance(1_000);
    service.behaviour.http = http;
    for (let i = 0; i < 30; i++) {
      service.sockets.at(-1)?.end(1006);
      await service.clock.advance(7_000);
    }
    seen.watch.close();
    return service.sockets.length;
  };
  expect(await connects('ok')).toBe(31);
  expect(await connects('down')).toBeLessThan(20);
});
