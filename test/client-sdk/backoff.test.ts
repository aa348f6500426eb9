import fc from 'fast-check';
import { expect, test } from 'vitest';
import { backoffMs } from '../../client-sdk/src/timers.ts';
import { collect } from './support/collect.ts';
import { createFakeClock } from './support/fake-clock.ts';
import { type Behaviour, createFakeService } from './support/fake-service.ts';

test('back-off is full jitter below 0.5 s, doubled up to 30 s, and never below a tenth of it', () => {
  const range = (failures: number) =>
    [0, 0.999_999].map((draw) =>
      Math.round(
        backoffMs(
          createFakeClock(() => draw),
          failures,
        ),
      ),
    );
  expect([0, 1, 2, 5, 6, 60].map(range)).toEqual([
    [50, 500],
    [100, 1_000],
    [200, 2_000],
    [1_600, 16_000],
    [3_000, 30_000],
    [3_000, 30_000],
  ]);
});

test('whatever refuses, and however chance falls, a minute has fewer than 32 attempts on each way', async () => {
  const refusals: Partial<Behaviour>[] = [
    { http: 'down', socket: 'refuse' },
    { http: 'html', socket: 'silent' },
    { http: 'down', socket: 'forbidden' },
    { http: 'ok', socket: 'forbidden', exists: false },
  ];
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...refusals), fc.constantFrom(0, 0.3, 0.999), async (refusal, draw) => {
      const service = createFakeService(createFakeClock(() => draw));
      service.append();
      const seen = collect(service.client());
      // Known first, so that the socket is reached at all while HTTP is down.
      await service.clock.advance(1_000);
      Object.assign(service.behaviour, refusal);
      service.sockets[0]?.end(1006);
      const before = { requests: service.requests.length, sockets: service.sockets.length };
      await service.clock.advance(60_000);
      expect(service.requests.length - before.requests).toBeLessThan(32 * 2);
      expect(service.sockets.length - before.sockets).toBeLessThan(32);
      seen.watch.close();
    }),
    { numRuns: 12 },
  );
});

test('a flapping socket, acknowledged and closed again, is slowed down too', async () => {
  const service = createFakeService();
  service.append();
  collect(service.client());
  await service.clock.advance(1_000);
  for (let second = 0; second < 60; second++) {
    for (const socket of service.sockets) socket.end(4403);
    await service.clock.advance(1_000);
  }
  expect(service.sockets.length).toBeLessThan(32);
});

test('gaps pushed while HTTP refuses do not hurry it', async () => {
  const service = createFakeService();
  service.append();
  collect(service.client());
  await service.clock.advance(10_000);
  service.behaviour.http = 'down';
  service.log.append();
  const before = service.requests.length;
  for (let i = 0; i < 600; i++) {
    service.append();
    await service.clock.advance(100);
  }
  expect(service.requests.length - before).toBeLessThan(32);
});

test("a refusal's Retry-After is obeyed, by a reconnected push too", async () => {
  const service = createFakeService();
  service.append();
  const seen = collect(service.client());
  await service.clock.advance(10_000);
  service.behaviour.http = 'busy';
  service.sockets[0]?.end(1006);
  service.log.append();
  await service.clock.advance(1_000);
  const before = service.pulls();
  service.behaviour.http = 'ok';
  service.sockets.at(-1)?.end(1006);
  await service.clock.advance(18_000);
  expect(service.sockets).toHaveLength(3);
  expect(service.pulls()).toBe(before);
  await service.clock.advance(5_000);
  expect(seen.seqs()).toBe('1 2');
});
