import { expect, test } from 'vitest';
import { poll } from '../../client-sdk/src/core.ts';
import { collect } from './support/collect.ts';
import { createFakePush } from './support/fake-push.ts';
import { createFakeService } from './support/fake-service.ts';

/** A watched execution with one update, over one push channel that does what the test says. */
function setUp() {
  const service = createFakeService();
  service.append();
  const push = createFakePush();
  return { service, clock: service.clock, push, client: service.client({ channels: [push.factory, poll()] }) };
}

test('explain() tells what is done and why', async () => {
  const { service, clock, client, push } = setUp();
  const watch = client.watch('orders', 'order-1');
  expect(watch.explain()).toBe('Idle for 0 s.');
  watch.subscribe(() => undefined);
  await clock.advance(1_000);
  push.up();
  await clock.advance(5_000);
  expect(watch.explain()).toBe('Live by subscription for 5 s.');
  service.behaviour.retryAfter = '5';
  for (let i = 0; i < 3; i++) {
    push.down();
    push.up();
    await clock.advance(1_000);
  }
  push.down();
  await clock.advance(1_000);
  expect(watch.explain()).toMatch(
    /^Degraded by polling every 5 s for \d s, because the subscription failed \d times? \(The push broke\..*\); next attempt in \d+ s\.$/,
  );
  service.behaviour.http = 'down';
  await clock.advance(8_000);
  expect(watch.explain()).toMatch(/^Offline for \d s, because .*fetch failed.*\.$/);
  watch.close();
  expect(watch.explain()).toBe('Closed for 0 s.');
});

test('S19: a poll that the service holds has no interval to tell', async () => {
  const { service, clock } = setUp();
  service.behaviour.maxWaitSeconds = 20;
  const { watch } = collect(service.client({ channels: 'polling' }));
  await clock.advance(5_000);
  expect(watch.explain()).toBe('Live by polling for 5 s.');
});

test('S16: a watch that rests after the end is not called degraded for what failed before', async () => {
  const { service, clock, client, push } = setUp();
  const { watch } = collect(client, { redrives: true });
  for (let i = 0; i < 5; i++) {
    push.down();
    await clock.advance(3_000);
  }
  expect(watch.getSnapshot().connection.state).toBe('degraded');
  service.append({ status: 'SUCCEEDED' });
  await clock.advance(120_000);
  expect(watch.getSnapshot().connection).toMatchObject({ state: 'live', channel: 'polling' });
  expect(watch.explain()).toMatch(/^Live by polling every 60 s for \d+ s\.$/);
});

test('S16: as soon as it rests, what carries is the slow look at the log, also for a client without poll()', async () => {
  const { service, clock, push } = setUp();
  const { watch } = collect(service.client({ channels: [push.factory] }), { redrives: true });
  await clock.advance(100);
  push.up();
  await clock.advance(100);
  expect(watch.getSnapshot().connection).toMatchObject({ state: 'live', channel: 'subscription' });
  service.append({ status: 'SUCCEEDED' });
  await clock.advance(2_000);
  push.push(service.log.updates.at(-1) as never);
  await clock.advance(31_000);
  expect(push.open()).toBe(0);
  expect(watch.getSnapshot().connection).toMatchObject({ state: 'live', channel: 'polling' });
});
