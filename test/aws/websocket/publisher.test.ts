import { expect, test } from 'vitest';
import type { Connections, Posted, Subscription } from '../../../core/ports.ts';
import { createSocketPublisher } from '../../../handlers/websocket/publisher.ts';
import { createConnectionSweep } from '../../../handlers/websocket/sweep.ts';
import { reader, schema } from '../../handlers/graphql/support.ts';
import { memoryConnections } from '../../support/memory-connections.ts';
import { start, until, updateOf, updates, watchAll, watchOne } from './support.ts';

type Post = (connectionId: string, text: string) => Posted | Promise<Posted>;

function kit({
  post = () => 'posted',
  width,
  wrap,
}: {
  post?: Post;
  width?: number;
  wrap?: Partial<Connections>;
} = {}) {
  const memory = memoryConnections();
  const posts: { readonly to: string; readonly id: string; readonly payload: unknown }[] = [];
  const closed: string[] = [];
  const failed: number[] = [];
  const reported: unknown[] = [];
  const time = { now: start };
  const connections = { ...memory, ...wrap };
  const sockets = {
    async post(to: string, text: string) {
      const posted = await post(to, text);
      if (posted === 'posted') posts.push({ to, ...JSON.parse(text) });
      return posted;
    },
    async close(connectionId: string) {
      closed.push(connectionId);
      return true;
    },
  };
  const publish = createSocketPublisher({
    ...{ connections, sockets, schema },
    ...(width === undefined ? {} : { width }),
    now: () => time.now,
    report: (error) => void reported.push(error),
    onFailed: (count) => void failed.push(count),
  });
  const subscribe = async (connectionId: string, change: Partial<Subscription> = {}): Promise<void> => {
    await memory.open({ id: connectionId, caller: reader, endsAt: start + 7_200_000 });
    await memory.subscribe(
      {
        connectionId,
        operationId: 'op',
        audience: { tenant: 'default', workflow: 'orders', id: 'order-1' },
        request: { query: watchOne, operationName: null, variables: { id: 'order-1' } },
        expiresAt: null,
        endsAt: start + 7_200_000,
        ...change,
      },
      100,
      start,
    );
  };
  const seqs = (to: string, id = 'op') =>
    posts
      .filter((each) => each.to === to && each.id === id)
      .map(({ payload }) => (payload as { data: { statusChanged: { seq: number } } }).data.statusChanged.seq);
  return { publish, subscribe, seqs, posts, closed, failed, reported, time, memory, sockets };
}

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => from + n);

test('S17: each subscription gets what concerns it, in the order of the log, one message after the other', async () => {
  let underWay = 0;
  let most = 0;
  const { publish, subscribe, seqs, posts } = kit({
    post: async (to) => {
      if (to === 'a') most = Math.max(most, ++underWay);
      await new Promise((resolve) => setImmediate(resolve));
      if (to === 'a') underWay -= 1;
      return 'posted' as const;
    },
  });
  await subscribe('a');
  await subscribe('b', {
    operationId: 'all',
    audience: { tenant: 'default', workflow: 'orders', id: null },
    request: { query: watchAll, operationName: null, variables: {} },
  });
  await subscribe('c', { audience: { tenant: 'foreign', workflow: 'orders', id: 'order-1' } });
  await subscribe('d', { audience: { tenant: 'default', workflow: 'orders', id: 'order-2' } });
  await publish([...updates(1, 20), updateOf({ id: 'order-2', seq: 1 }), updateOf({ tenant: 'foreign', seq: 9 })]);
  expect([seqs('a'), seqs('b', 'all'), seqs('c'), seqs('d')]).toEqual([range(1, 20), [...range(1, 20), 1], [9], [1]]);
  expect(most).toBe(1);
  expect(posts[0]).toEqual({
    to: 'a',
    id: 'op',
    type: 'next',
    payload: { data: { statusChanged: { id: 'order-1', seq: 1, output: null } } },
  });
});

test('what many ask alike is rendered once per update', async () => {
  let reads = 0;
  const { publish, subscribe, posts } = kit();
  for (const id of range(1, 50)) await subscribe(`s${id}`);
  await subscribe('other', {
    request: {
      query: 'subscription { statusChanged(workflow: "orders", id: "order-1") { seq } }',
      operationName: null,
      variables: {},
    },
  });
  const counted = Object.defineProperty({ ...updateOf({ seq: 1 }) }, 'seq', {
    enumerable: true,
    get: () => {
      reads += 1;
      return 1;
    },
  });
  await publish([counted]);
  expect(posts).toHaveLength(51);
  expect(reads).toBe(2);
});

test('G8: a socket that hangs holds up nobody, and rests for 5 s', async () => {
  const hung = Promise.withResolvers<Posted>();
  let asked = 0;
  const { publish, subscribe, seqs, failed, time } = kit({
    width: 2,
    post: (to) => {
      if (to !== 'hung') return 'posted';
      asked += 1;
      return hung.promise;
    },
  });
  await subscribe('hung');
  for (const id of range(1, 20)) await subscribe(`s${id}`);
  const published = publish(updates(1, 3));
  await until(() => seqs('s20').length === 3);
  expect(asked).toBe(1);
  hung.resolve('failed');
  await published;
  expect(failed).toEqual([3]);
  await publish(updates(4));
  expect([asked, failed, seqs('s1')]).toEqual([1, [3, 1], [1, 2, 3, 4]]);
  time.now += 5_000;
  await publish(updates(5));
  expect(asked).toBe(2);
});

test('410 removes the connection with all its subscriptions, once, and is no failure', async () => {
  const asked: string[] = [];
  const dead = kit({
    post: (to) => {
      asked.push(to);
      return to === 'dead' ? 'gone' : 'posted';
    },
  });
  await dead.subscribe('dead');
  await dead.subscribe('dead', { operationId: 'op2' });
  await dead.subscribe('alive');
  await dead.publish(updates(1, 5));
  expect(dead.seqs('alive')).toEqual(range(1, 5));
  expect(asked.filter((to) => to === 'dead').length).toBeLessThanOrEqual(2);
  expect(await dead.memory.find('dead')).toBeNull();
  asked.length = 0;
  await dead.publish(updates(6));
  expect(asked).toEqual(['alive']);
  expect([dead.failed, dead.closed]).toEqual([[], []]);
});

test('S30: nothing goes to a token that has expired; its socket is closed, once', async () => {
  const { publish, subscribe, posts, closed, memory, time } = kit();
  await subscribe('t', { expiresAt: start + 1_000 });
  await subscribe('t', { operationId: 'op2', expiresAt: start + 1_000 });
  await publish(updates(1));
  expect(posts).toHaveLength(2);
  time.now += 1_000;
  await publish(updates(2, 3));
  expect([posts.length, closed, await memory.find('t')]).toEqual([2, ['t'], null]);
});

test('a subscription that the schema has left is dropped, so that its client hears why', async () => {
  const { publish, subscribe, closed, posts } = kit();
  await subscribe('old', { request: { query: 'subscription { gone }', operationName: null, variables: {} } });
  await subscribe('new');
  await publish(updates(1));
  expect([closed, posts.length]).toEqual([['old'], 1]);
});

test('S15: an update too large for a frame goes without its output, and says so', async () => {
  const { publish, subscribe, posts, failed } = kit();
  await subscribe('a', {
    request: {
      query:
        'subscription { statusChanged(workflow: "orders", id: "order-1") { seq a: output b: output c: output outputOmitted } }',
      operationName: null,
      variables: {},
    },
  });
  await publish([updateOf({ seq: 1, output: 'x'.repeat(16_000) }), updateOf({ seq: 2, output: 'small' })]);
  expect(posts.map(({ payload }) => payload)).toMatchObject([
    { data: { statusChanged: { seq: 1, a: null, outputOmitted: true } } },
    { data: { statusChanged: { seq: 2, a: '"small"', outputOmitted: false } } },
  ]);
  expect(failed).toEqual([]);
});

test('413: once more without output, then dropped and counted', async () => {
  const sizes: number[] = [];
  const { publish, subscribe, failed, seqs } = kit({
    post: (_, text) => {
      sizes.push(text.length);
      return text.includes('"seq":3') || text.includes('xxx') ? 'too-large' : 'posted';
    },
  });
  await subscribe('a');
  await publish([updateOf({ seq: 1, output: 'x'.repeat(9_000) }), updateOf({ seq: 2 }), updateOf({ seq: 3 })]);
  expect(seqs('a')).toEqual([1, 2]);
  expect(sizes).toHaveLength(4);
  expect(failed).toEqual([1]);
});

test('what cannot be made small enough is dropped without being sent', async () => {
  const { publish, subscribe, failed, posts } = kit();
  const cause = 'c'.repeat(4_000);
  const aliases = range(1, 10).map((n) => `e${n}: error { cause }`);
  await subscribe('a', {
    request: {
      query: `subscription { statusChanged(workflow: "orders", id: "order-1") { seq ${aliases.join(' ')} } }`,
      operationName: null,
      variables: {},
    },
  });
  await publish([updateOf({ seq: 1, error: { name: 'E', cause } }), updateOf({ seq: 2 })]);
  expect([posts.length, failed]).toEqual([1, [1]]);
});

test('a store that cannot be asked, or fails at a removal, rejects nothing', async () => {
  const down = kit({
    wrap: {
      // biome-ignore lint/correctness/useYield: it fails before the first page
      async *audience() {
        throw new Error('no table');
      },
    },
  });
  await down.publish(updates(1, 3));
  expect([down.failed, down.reported.length]).toEqual([[6], 2]);

  const stuck = kit({
    post: (to) => (to === 'dead' ? 'gone' : 'posted'),
    wrap: { remove: () => Promise.reject(new Error('no')) },
  });
  await stuck.subscribe('dead');
  await stuck.subscribe('alive');
  await stuck.publish(updates(1, 2));
  expect([stuck.seqs('alive'), stuck.reported.length, stuck.failed]).toEqual([[1, 2], 1, []]);
});

test('after the signal nothing more is begun, and what is left counts as failed', async () => {
  const stop = new AbortController();
  const { publish, subscribe, seqs, failed } = kit({
    post: (_, text) => {
      if (text.includes('"seq":2')) stop.abort();
      return 'posted';
    },
  });
  await subscribe('a');
  await publish(updates(1, 5), stop.signal);
  expect([seqs('a'), failed]).toEqual([[1, 2], [3]]);
});

test('a thousand sockets: as many at a time as said, all of them served', async () => {
  let underWay = 0;
  let most = 0;
  const { publish, subscribe, posts } = kit({
    width: 64,
    post: async () => {
      most = Math.max(most, ++underWay);
      await new Promise((resolve) => setImmediate(resolve));
      underWay -= 1;
      return 'posted' as const;
    },
  });
  for (const id of range(1, 1_000)) await subscribe(`s${id}`);
  await publish(updates(1, 2));
  expect([most, posts.length]).toEqual([64, 2_000]);
});

test('S30: the sweep leaves what it cannot close for the next time, and says whether there is more', async () => {
  const { memory } = kit();
  const expiring = (id: string, at: number) =>
    memory.open({
      id,
      caller: { type: 'token', tenant: 't', grant: { type: 'workflow', workflow: 'w' }, expiresAt: start + at },
      endsAt: start + 7_200_000,
    });
  await expiring('a', 1);
  await expiring('stuck', 2);
  await expiring('b', 3);
  let isStuck = true;
  const sweep = createConnectionSweep({
    connections: memory,
    sockets: { close: async (id) => id !== 'stuck' || !isStuck },
  });
  expect(await sweep(start, 10)).toEqual({ closed: 0, failed: 0, more: false });
  expect(await sweep(start + 3, 2)).toEqual({ closed: 1, failed: 1, more: true });
  expect(await sweep(start + 3, 10)).toEqual({ closed: 1, failed: 1, more: false });
  isStuck = false;
  expect(await sweep(start + 3, 10)).toEqual({ closed: 1, failed: 0, more: false });
});
