import { expect, test } from 'vitest';
import { collect } from './support/collect.ts';
import { createFakeService } from './support/fake-service.ts';

test.each([0, 700])(
  'S19: is held from the second request on, whatever pace the first names (answers take %i ms)',
  async (answerMs) => {
    const service = createFakeService();
    Object.assign(service.behaviour, { discovery: 'polling-only', maxWaitSeconds: 20, retryAfter: '30', answerMs });
    service.append();
    const seen = collect(service.client({ channels: 'polling' }));
    await service.clock.advance(2_000);
    expect(seen.seqs()).toBe('1');
    service.append();
    await service.clock.advance(answerMs);
    expect(seen.seqs()).toBe('1 2');
  },
);

test('S19: where nothing is held, the pace is kept', async () => {
  const service = createFakeService();
  Object.assign(service.behaviour, { discovery: 'polling-only', retryAfter: '30' });
  service.append();
  collect(service.client({ channels: 'polling' }));
  await service.clock.advance(20_000);
  expect(service.pulls()).toBe(1);
});

test('S19: the pause before the second request ends when it becomes known that it will be held', async () => {
  const service = createFakeService();
  Object.assign(service.behaviour, { discovery: 'polling-only', maxWaitSeconds: 20, retryAfter: '30' });
  service.append();
  const { fetch, clock } = service;
  const slowDiscovery: typeof fetch = async (target, init) => {
    if (target.includes('.well-known')) await new Promise<void>((resolve) => clock.setTimeout(resolve, 3_000));
    return fetch(target, init);
  };
  const seen = collect(service.client({ channels: 'polling', fetch: slowDiscovery }));
  await clock.advance(4_000);
  service.append();
  await clock.settle();
  expect(seen.seqs()).toBe('1 2');
});

test('S19: two requests of a client are held, so that others get through', async () => {
  const service = createFakeService();
  Object.assign(service.behaviour, { discovery: 'polling-only', maxWaitSeconds: 20, retryAfter: '5' });
  service.append();
  const client = service.client({ channels: 'polling' });
  const watches = [collect(client), collect(client), collect(client), collect(client)];
  await service.clock.advance(2_000);
  expect(service.held()).toBe(2);
  service.append();
  await service.clock.settle();
  expect(watches.map((seen) => seen.seqs()).sort()).toEqual(['1', '1', '1 2', '1 2']);
  await service.clock.advance(7_000);
  expect(watches.map((seen) => seen.seqs())).toEqual(Array(4).fill('1 2'));
  expect(service.held()).toBe(2);
});
