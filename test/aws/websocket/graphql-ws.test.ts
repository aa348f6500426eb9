import { expect, test, vi } from 'vitest';
import {
  connectGraphqlWs,
  countOf,
  deploy,
  openRaw,
  subscribed,
  until,
  updates,
  watchAll,
  watchOne,
} from './support.ts';

const order = { id: 'order-1' };

test('graphql-ws: several subscriptions of one socket get each update once and in order', async () => {
  const deployed = await deploy();
  const { watch } = connectGraphqlWs(deployed, () => deployed.key);
  const [one, all, other] = [watch(watchOne, order), watch(watchAll), watch(watchOne, { id: 'order-2' })];
  await subscribed(deployed, 1);
  await subscribed(deployed, 1, null);
  await subscribed(deployed, 1, 'order-2');
  await deployed.publish(updates(1, 20));
  await deployed.publish(updates(21, 30));
  await until(() => one.seqs.length >= 30 && all.seqs.length >= 30);
  expect(one.seqs).toEqual(updates(1, 30).map(({ seq }) => seq));
  expect(all.seqs).toEqual(one.seqs);
  expect(other.seqs).toEqual([]);
  expect(deployed.api.made()).toBe(1);
  one.stop();
  await subscribed(deployed, 0);
  expect(await countOf(deployed, null)).toBe(1);
});

test.each([
  ['2 hours', 2 * 3_600_000],
  ['10 minutes without a message', 10 * 60_000],
])('graphql-ws: after AWS’s cut at %s it comes back and goes on', async (_, ms) => {
  const deployed = await deploy();
  const { watch, closes } = connectGraphqlWs(deployed, () => deployed.key);
  const one = watch(watchOne, order);
  await subscribed(deployed, 1);
  await deployed.publish(updates(1, 2));
  await until(() => one.seqs.length === 2);
  deployed.clock.advance(ms);
  await until(() => closes.length === 1 && deployed.api.made() === 2);
  await subscribed(deployed, 1);
  await deployed.publish(updates(3, 4));
  await until(() => one.seqs.length === 4);
  expect(one.seqs).toEqual([1, 2, 3, 4]);
  expect(closes).toEqual([1001]);
});

test('S30: graphql-ws: a token that expires costs a reconnect with the next one, not the subscription', async () => {
  const deployed = await deploy();
  const tokens = [await deployed.mint(60), await deployed.mint(3_600)];
  const { watch, closes } = connectGraphqlWs(deployed, () => tokens.shift() ?? '');
  const one = watch(watchOne, order);
  await subscribed(deployed, 1);
  await deployed.publish(updates(1));
  await until(() => one.seqs.length === 1);
  deployed.clock.advance(60_000);
  // Found by the push, before anything is sent.
  await deployed.publish(updates(2));
  await until(() => deployed.api.made() === 2);
  await subscribed(deployed, 1);
  await deployed.publish(updates(3));
  await until(() => one.seqs.length === 2);
  expect(one.seqs).toEqual([1, 3]);
  expect(closes).toEqual([1000]);
});

test('S30: the reconciler ends sockets whose token has expired, and lets the others be', async () => {
  const deployed = await deploy();
  const tokens = [await deployed.mint(60), await deployed.mint(3_600)];
  const { watch, closes } = connectGraphqlWs(deployed, () => tokens.shift() ?? '');
  const one = watch(watchOne, order);
  await subscribed(deployed, 1);
  const keyed = await openRaw(deployed);
  expect(await deployed.sweep(deployed.clock.now(), 100)).toEqual({ closed: 0, failed: 0, more: false });
  deployed.clock.advance(60_000);
  expect(await deployed.sweep(deployed.clock.now(), 100)).toEqual({ closed: 1, failed: 0, more: false });
  await until(() => deployed.api.made() === 3);
  await subscribed(deployed, 1);
  expect(await deployed.sweep(deployed.clock.now(), 100)).toEqual({ closed: 0, failed: 0, more: false });
  expect(closes).toEqual([1000]);
  expect(keyed.socket.readyState).toBe(keyed.socket.OPEN);
  one.stop();
});

test('S30: a subscribe after the expiry gets no error either', async () => {
  const deployed = await deploy();
  const client = await openRaw(deployed, await deployed.mint(60));
  deployed.clock.advance(60_000);
  client.subscribe('1', watchAll);
  await client.closed;
  expect(client.messages).toHaveLength(1);
  expect(await countOf(deployed, null)).toBe(0);
});

test('S30: an expired token at connection_init is neither an error nor a tight loop: the sweep ends it', async () => {
  const deployed = await deploy();
  const tokens = [await deployed.mint(60), await deployed.mint(3_600)];
  deployed.clock.advance(60_000);
  const { watch, closes } = connectGraphqlWs(deployed, () => tokens.shift() ?? '');
  const one = watch(watchOne, order);
  await until(() => deployed.results.length === 2);
  expect(deployed.api.made()).toBe(1);
  expect(await deployed.sweep(deployed.clock.now(), 100)).toMatchObject({ closed: 1 });
  await subscribed(deployed, 1);
  await deployed.publish(updates(1));
  await until(() => one.seqs.length === 1);
  expect([closes, deployed.api.made()]).toEqual([[1000], 2]);
});

test('what an expired token left open can do nothing', async () => {
  const deployed = await deploy();
  const token = await deployed.mint(60);
  deployed.clock.advance(60_000);
  const client = await openRaw(deployed, null);
  client.send({ type: 'connection_init', payload: { authorization: token } });
  await until(() => deployed.results.length === 2);
  client.subscribe('1', watchAll);
  await client.closed;
  expect(client.messages).toEqual([]);
  expect(await countOf(deployed, null)).toBe(0);
});

test.each([
  ['an unknown key', 'sw_none_0123456789abcdef0123'],
  ['nonsense', 'x.y.z'],
])('graphql-ws: %s is refused for good, with one connection', async (_, credential) => {
  const deployed = await deploy();
  const { watch, closes } = connectGraphqlWs(deployed, () => credential);
  const ended = await watch(watchOne, order).ended;
  expect(String(ended)).toContain('connection_error');
  await until(() => closes.length === 1);
  expect(deployed.api.made()).toBe(1);
});

test.each([
  ['refused by the store', () => Promise.reject(new Error('no table'))],
  ['never answered', () => new Promise<never>(() => {})],
])(
  'a connection_init that is %s drops the connection; graphql-ws comes again, and not in a tight loop',
  async (_, fail) => {
    const waits = vi.spyOn(globalThis, 'setTimeout');
    let isDown = true;
    const deployed = await deploy({
      limits: { answerMs: 60, troubleMs: 40 },
      verify: () => (isDown ? fail() : null),
    });
    const { watch, closes } = connectGraphqlWs(deployed, () => deployed.key);
    const one = watch(watchOne, order);
    await until(() => closes.length === 3);
    expect(waits.mock.calls.filter(([, ms]) => ms === 40 || ms === 60).length).toBeGreaterThanOrEqual(3);
    waits.mockRestore();
    isDown = false;
    await subscribed(deployed, 1);
    await deployed.publish(updates(1));
    await until(() => one.seqs.length === 1);
    expect(new Set(closes)).toEqual(new Set([1000]));
    expect(deployed.reported.length).toBeGreaterThanOrEqual(3);
  },
);

test('S17: a subscription that vanished without a word stops nobody, and is removed at the first push', async () => {
  const deployed = await deploy({ tellsDisconnects: false });
  const dead = await openRaw(deployed);
  dead.subscribe('1', watchAll);
  await subscribed(deployed, 1, null);
  deployed.api.vanish();
  const { watch } = connectGraphqlWs(deployed, () => deployed.key);
  const all = watch(watchAll);
  await subscribed(deployed, 2, null);
  await deployed.publish(updates(1, 3));
  await until(() => all.seqs.length === 3);
  expect(all.seqs).toEqual([1, 2, 3]);
  expect(await countOf(deployed, null)).toBe(1);
  expect([deployed.failed, deployed.reported]).toEqual([[], []]);
});

test('G8: a socket whose posts are never answered stops nobody', async () => {
  const hung = new Set<string>();
  const deployed = await deploy({
    requestTimeout: 1_000,
    decide: ({ connectionId }) => (hung.has(connectionId) ? 'hang' : 'pass'),
  });
  const stuck = await openRaw(deployed);
  stuck.subscribe('1', watchAll);
  await subscribed(deployed, 1, null);
  for (const id of deployed.api.open()) hung.add(id);
  const { watch } = connectGraphqlWs(deployed, () => deployed.key);
  const [all, one] = [watch(watchAll), watch(watchOne, order)];
  await subscribed(deployed, 2, null);
  await subscribed(deployed, 1);
  const published = deployed.publish(updates(1, 5));
  await until(() => all.seqs.length === 5 && one.seqs.length === 5);
  await published;
  await deployed.publish(updates(6));
  await until(() => all.seqs.length === 6);
  expect([all.seqs, one.seqs]).toEqual([
    [1, 2, 3, 4, 5, 6],
    [1, 2, 3, 4, 5, 6],
  ]);
  expect(deployed.failed).toEqual([5, 1]);
  expect(stuck.messages).toHaveLength(1);
});
