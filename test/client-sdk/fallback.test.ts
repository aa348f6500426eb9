import { expect, test } from 'vitest';
import { poll } from '../../client-sdk/src/core.ts';
import type { ClientOptions } from '../../client-sdk/src/index.ts';
import { collect } from './support/collect.ts';
import { createFakePush } from './support/fake-push.ts';
import { createFakeService } from './support/fake-service.ts';

/** A watched execution with one update, over push channels that do what the test says. */
function setUp(count = 1, options: Partial<ClientOptions> = {}) {
  const service = createFakeService();
  service.append();
  const pushes = Array.from({ length: count }, createFakePush);
  const [push, second] = pushes as [ReturnType<typeof createFakePush>, ReturnType<typeof createFakePush>];
  const client = service.client({ channels: [...pushes.map(({ factory }) => factory), poll()], ...options });
  const { clock } = service;
  return {
    service,
    clock,
    client,
    push,
    second,
    connectionOf: (watch: ReturnType<typeof collect>['watch']) => watch.getSnapshot().connection,
  };
}

test('I9: a push takes over only when it is subscribed and caught up; until then polling is what carries', async () => {
  const { service, clock, client, push } = setUp();
  const { watch } = collect(client);
  await clock.advance(4_000);
  expect(watch.getSnapshot().connection).toMatchObject({ state: 'live', channel: 'polling' });
  service.behaviour.http = 'hang';
  push.up();
  await clock.advance(100);
  expect(watch.getSnapshot().connection.channel).toBe('polling');
  service.behaviour.http = 'ok';
  await clock.advance(20_000);
  expect(watch.getSnapshot().connection).toMatchObject({ state: 'live', channel: 'subscription' });
});

test('I10: a push that is not live after about 10 s is given up, and the next by preference is tried', async () => {
  const { clock, client, push, second } = setUp(2);
  const { watch } = collect(client);
  await clock.advance(8_000);
  expect([push.open(), second.open()]).toEqual([1, 0]);
  await clock.advance(4_000);
  expect([push.open(), second.open()]).toEqual([0, 1]);
  second.up();
  await clock.advance(100);
  expect(watch.getSnapshot().connection).toMatchObject({ state: 'live', channel: 'subscription' });
});

test('I10: three subscriptions that broke within 5 s are enough', async () => {
  const { clock, client, push } = setUp();
  const { watch } = collect(client);
  await clock.advance(100);
  for (const lasts of [3_000, 1_000, 4_000]) {
    expect(push.open()).toBe(1);
    push.up();
    await clock.advance(lasts);
    push.down();
  }
  expect(push.open()).toBe(0);
  expect(watch.getSnapshot().connection).toMatchObject({ state: 'degraded', channel: 'polling' });
});

test('I10: while nothing answers at all, the push is kept and the watch is offline', async () => {
  const { service, clock, client, push } = setUp();
  const { watch } = collect(client);
  await clock.advance(1_000);
  service.behaviour.http = 'down';
  push.down();
  await clock.advance(120_000);
  expect([push.open(), push.opened()]).toEqual([1, 1]);
  expect(watch.getSnapshot()).toMatchObject({ connection: { state: 'offline', channel: null }, stale: true });
  service.behaviour.http = 'ok';
  await clock.advance(45_000);
  expect(watch.getSnapshot()).toMatchObject({ connection: { state: 'degraded', channel: 'polling' }, stale: false });
});

test('centrifuge #432, I11: a push that was given up is tried again in the background, at a growing interval, and left no more once it works', async () => {
  const { clock, client, push } = setUp();
  const { watch } = collect(client);
  const attempts: number[] = [];
  const start = clock.now();
  for (let s = 0; s < 1_500 && attempts.length < 6; s++) {
    if (push.opened() > attempts.length) attempts.push(Math.round((clock.now() - start) / 1000));
    await clock.advance(1_000);
  }
  const pauses = attempts.map((at, i) => at - (attempts[i - 1] ?? at)).slice(1);
  // Each attempt lasts about 10 s, the first pause 30 s; spread by up to a quarter.
  for (const [i, least] of [30, 60, 120, 240, 300].entries()) {
    expect(pauses[i]).toBeGreaterThanOrEqual(least);
    expect(pauses[i]).toBeLessThanOrEqual(least * 1.25 + 12);
  }
  push.up();
  await clock.advance(1_000);
  expect(watch.getSnapshot().connection).toMatchObject({ state: 'live', channel: 'subscription' });
  await clock.advance(600_000);
  expect(push.opened()).toBe(attempts.length);
});

test('I12: retryNow() and a wake try at once what waits', async () => {
  const { clock, client, push } = setUp(1, { environment: { onWake: () => () => undefined } });
  const { watch } = collect(client);
  await clock.advance(15_000);
  expect(push.open()).toBe(0);
  client.retryNow();
  expect(push.open()).toBe(1);
  expect(push.wakes).toEqual([false]);
  push.up();
  await clock.advance(100);
  expect(watch.getSnapshot().connection.state).toBe('live');
});

test('I14: hidden for 60 s drops the push and looks once a minute; shown again it pulls first, then connects', async () => {
  let wake: (stale: boolean) => void = () => undefined;
  let hide = () => {};
  let left = 0;
  const environment: ClientOptions['environment'] = {
    onWake(listener, onHidden) {
      wake = listener;
      hide = onHidden;
      return () => void left++;
    },
  };
  const { service, clock, client, push } = setUp(1, { environment });
  const seen = collect(client);
  await clock.advance(100);
  push.up();
  await clock.advance(3_000);
  for (let round = 1; round <= 2; round++) {
    hide();
    await clock.advance(30_000);
    wake(false);
    await clock.advance(50_000);
    expect(push.open(), 'shown again in time').toBe(1);
    hide();
    await clock.advance(61_000);
    expect(push.open()).toBe(0);
    service.append();
    await clock.advance(76_000);
    expect(seen.updates.at(-1)?.seq, 'the slow look').toBe(round * 2);
    service.append();
    const pulls = service.pulls();
    wake(false);
    await clock.advance(1);
    expect(service.pulls()).toBe(pulls + 1);
    expect(push.open()).toBe(1);
    expect(seen.updates.at(-1)?.seq).toBe(round * 2 + 1);
    push.up();
    await clock.advance(3_000);
    expect(seen.watch.getSnapshot().connection).toMatchObject({ state: 'live', channel: 'subscription' });
  }
  expect(push.wakes.length).toBeGreaterThan(0);
  hide();
  seen.watch.close();
  expect([left, clock.pending()]).toEqual([1, 0]);
});

test('centrifuge #426, Amplify #9749: after a sleep everything open is presumed dead, and what was missed is pulled', async () => {
  let wake: (stale: boolean) => void = () => undefined;
  const environment: ClientOptions['environment'] = {
    onWake(listener) {
      wake = listener;
      return () => undefined;
    },
  };
  const { service, clock, client, push } = setUp(1, { environment });
  const seen = collect(client);
  await clock.advance(100);
  push.up();
  await clock.advance(3_000);
  service.log.append();
  wake(true);
  await clock.advance(10);
  expect(push.wakes).toEqual([true]);
  expect(seen.seqs()).toBe('1 2');
});

test('I13: what worked is remembered for 30 min, for the next watch and in storage', async () => {
  const storage = new Map<string, string>();
  const { clock, client, push, second, service } = setUp(2, { storage });
  collect(client);
  await clock.advance(25_000);
  expect([push.open(), second.open()]).toEqual([0, 0]);
  const later = setUp(2, { storage, timers: clock });
  const { watch } = collect(later.client);
  await clock.advance(5_000);
  expect(later.push.opened() + later.second.opened()).toBe(0);
  expect(watch.getSnapshot().connection.channel).toBe('polling');
  await clock.advance(40_000);
  expect(later.push.opened()).toBe(1);
  watch.close();
  client.close();
  await clock.advance(30 * 60_000);
  const fresh = setUp(2, { storage, timers: clock });
  collect(fresh.client);
  await clock.advance(10);
  expect(fresh.push.opened()).toBe(1);
  expect([...storage.keys()]).toEqual(['statuswire:https://status.test/base']);
  expect(service.requests.length).toBeGreaterThan(0);
});

test('centrifuge #378: storage that throws, or holds nonsense, hurts nothing', async () => {
  const refuse = () => {
    throw new Error('SecurityError');
  };
  for (const storage of [
    { get: refuse, set: refuse },
    { get: () => '{"not":', set: refuse },
    { get: () => '"7"', set: () => 0 },
    { get: () => '{"a":7}', set: () => 0 },
  ]) {
    const { clock, client, push } = setUp(1, { storage });
    const seen = collect(client, { resume: true });
    await clock.advance(100);
    push.up();
    await clock.advance(3_000);
    expect(seen.seqs()).toBe('1');
    expect(seen.watch.getSnapshot().connection.state).toBe('live');
  }
});

test('a channel that is up, or gone, while it is being opened, is no surprise', async () => {
  const { clock, client, push, second } = setUp(2);
  push.onOpen = (sink) => sink.up();
  const first = collect(client);
  await clock.advance(100);
  expect(first.watch.getSnapshot().connection).toMatchObject({ state: 'live', channel: 'subscription' });
  first.watch.close();
  expect(push.open()).toBe(0);
  push.onOpen = (sink) => push.down('unsupported') ?? sink.up();
  const other = collect(client);
  await clock.advance(100);
  expect([push.open(), second.open()]).toEqual([0, 1]);
  second.up();
  await clock.advance(100);
  expect(other.watch.getSnapshot().connection.channel).toBe('subscription');
  other.watch.close();
  const closing = client.watch('orders', 'order-1');
  push.onOpen = (sink) => sink.up();
  closing.subscribe(() => closing.close());
  await clock.advance(100);
  expect([push.open(), second.open(), clock.pending()]).toEqual([0, 0, 0]);
});

test('without poll() nothing is polled, and HTTP only fills gaps', async () => {
  const push = createFakePush();
  const { service, clock } = setUp();
  const seen = collect(service.client({ channels: [push.factory] }));
  await clock.advance(30_000);
  expect(service.pulls()).toBe(0);
  expect(push.open()).toBe(1);
  push.up();
  await clock.advance(100);
  expect(seen.seqs()).toBe('1');
});
