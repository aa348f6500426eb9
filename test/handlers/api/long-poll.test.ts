import { beforeEach, describe, expect, it } from 'vitest';
import { encodeCursor } from '../../../core/cursor.ts';
import { preferredWait } from '../../../handlers/api/prefer.ts';
import { createWaiters, type Waiters } from '../../../handlers/read/waiters.ts';
import { fakeAfter } from '../read/fake-after.ts';
import { type ApiKit, apiKit } from './support/api-kit.ts';
import { epochOf, seed, updateOf } from './support/logs.ts';

const o1 = { workflow: 'orders', id: 'o-1' };
const tag = (seq: number): string => `"${epochOf(1)}.${seq}"`;
const cursor = (seq: number): string => encodeCursor({ epoch: epochOf(1), seq });

let kit: ApiKit;
let key: string;
let waiters: Waiters;
let time: ReturnType<typeof fakeAfter>;

beforeEach(async () => {
  time = fakeAfter();
  waiters = createWaiters({ after: time.after, max: 3, maxPerOwner: 2, random: () => 0 });
  kit = await apiKit({ waiters, random: (count) => new Uint8Array(count).fill(1) });
  key = await kit.key();
  await seed(kit.store.log, { id: 'o-1', length: 1 });
});

const status = (wait: number | null, headers: Record<string, string> = {}, credential = key) =>
  kit.get(`/status/orders/o-1${wait === null ? '' : `?wait=${wait}`}`, credential, {
    'If-None-Match': tag(1),
    ...headers,
  });
const updates = (seq: number, wait: number) =>
  kit.get(`/status/orders/o-1/updates?after=${cursor(seq)}&wait=${wait}`, key);

/** Resolves when so many requests are held. */
async function held(count: number): Promise<void> {
  while (waiters.stats().waiting !== count) await new Promise((resolve) => setImmediate(resolve));
}
/** Commits the second update, as a fan-out tells of it. */
async function commit(): Promise<void> {
  const [head] = await kit.store.log.load([o1]);
  if (!head) throw new Error('not seeded');
  const last = updateOf({ id: 'o-1', length: 2 }, 2);
  const next = { ...head, version: head.version + 1, seq: 2, last };
  await kit.store.log.commit([{ key: o1, expectedVersion: head.version, head: next, updates: [last] }]);
  waiters.wake([o1]);
}

describe('S19: GET /status with wait', () => {
  it('is held while the ETag is current, and answers the update that is committed', async () => {
    const answer = status(20);
    await held(1);
    await commit();
    const { status: code, headers } = await answer;
    expect([code, headers.get('ETag'), headers.get('Retry-After')]).toEqual([200, tag(2), '0']);
    expect(headers.has('Preference-Applied')).toBe(false);
    expect(waiters.stats()).toEqual({ waiting: 0 });
  });

  it('is a 304 when the time is up, and then is asked again soon', async () => {
    const answer = status(7);
    await held(1);
    time.pass(6_999);
    expect(waiters.stats()).toEqual({ waiting: 1 });
    time.pass(1);
    const { status: code, headers } = await answer;
    expect([code, headers.get('Retry-After')]).toEqual([304, '1']);
  });

  it.each([
    ['without a tag', () => kit.get('/status/orders/o-1?wait=20', key), 200, '1'],
    ['with another tag', () => status(20, { 'If-None-Match': tag(9) }), 200, '1'],
    [
      'with a tag that is none of ours, by Prefer',
      () => status(null, { 'If-None-Match': 'x', Prefer: 'wait=20' }),
      200,
      '1',
    ],
    ['with wait=0', () => status(0), 304, '1'],
    ['without wait', () => status(null), 304, '1'],
    ['for what is absent', () => kit.get('/status/orders/none?wait=20', key, { 'If-None-Match': '*' }), 404, null],
  ])('%s it answers at once', async (_case, ask, code, retryAfter) => {
    const answer = await ask();
    expect([answer.status, answer.headers.get('Retry-After')]).toEqual([code, retryAfter]);
    expect(waiters.stats()).toEqual({ waiting: 0 });
  });

  it('Prefer: wait does the same, says so, and is cut to 20 s', async () => {
    const answer = status(null, { Prefer: 'respond-async, wait=60' });
    await held(1);
    time.pass(20_000);
    const { status: code, headers } = await answer;
    expect([code, headers.get('Preference-Applied')]).toEqual([304, 'wait=20']);
  });

  it('the query outranks Prefer', async () => {
    expect((await status(0, { Prefer: 'wait=9' })).headers.has('Preference-Applied')).toBe(false);
  });

  it('over the bounds it answers at once, with the usual Retry-After', async () => {
    const other = await kit.key();
    const asked = [status(20), status(20), status(20, {}, other)];
    await held(3);
    for (const credential of [key, other]) {
      const { status: code, headers } = await status(null, { Prefer: 'wait=20' }, credential);
      expect([code, headers.get('Retry-After'), headers.get('Preference-Applied')]).toEqual([304, '1', null]);
    }
    time.pass(20_000);
    await Promise.all(asked);
  });

  it('is let go when the client goes away', async () => {
    const leaving = new AbortController();
    const headers = { Authorization: `Bearer ${key}`, 'If-None-Match': tag(1) };
    const answer = kit.api.request('/status/orders/o-1?wait=20', { headers, signal: leaving.signal });
    await held(1);
    leaving.abort();
    await held(0);
    await answer;
  });

  it('is answered when the service stops', async () => {
    const answer = status(20);
    await held(1);
    waiters.stop();
    const { status: code, headers } = await answer;
    expect([code, headers.get('Retry-After')]).toEqual([304, '2']);
    expect((await status(20)).status).toBe(304);
  });

  it('tells nothing to a key that was revoked, or a token that expired, while it was held', async () => {
    const token = await kit.token({ type: 'workflow', workflow: 'orders' });
    const asked = [status(20), status(20, {}, token)];
    await held(2);
    const id = key.split('_')[1] ?? '';
    await kit.store.keys.remove(id);
    kit.verifier.forgetKey(id);
    kit.now += 16 * 60_000;
    await commit();
    time.pass(50);
    for (const answer of asked) expect((await answer).status).toBe(401);
  });

  it('a done execution is held too, because a redrive may come; without Retry-After', async () => {
    await seed(kit.store.log, { id: 'o-2', last: { status: 'SUCCEEDED', done: true } });
    const answer = kit.get('/status/orders/o-2?wait=20', key, { 'If-None-Match': tag(1) });
    await held(1);
    time.pass(20_000);
    expect((await answer).headers.has('Retry-After')).toBe(false);
  });
});

describe('S19: GET /updates with wait', () => {
  it('is held while nothing follows, and answers what is committed', async () => {
    const answer = updates(1, 20);
    await held(1);
    await commit();
    const got = await answer;
    expect(await got.json()).toMatchObject({ updates: [{ seq: 2 }], next: cursor(2), more: false });
    expect(got.headers.get('Retry-After')).toBe('0');
  });

  it('is an empty page when the time is up', async () => {
    const answer = updates(1, 20);
    await held(1);
    time.pass(20_000);
    const got = await answer;
    expect(await got.json()).toEqual({ updates: [], next: cursor(1), more: false });
    expect(got.headers.get('Retry-After')).toBe('1');
  });

  it('answers at once when something follows, when a snapshot does, and without a cursor; never with 0', async () => {
    for (const [after, told] of [
      [0, { updates: [{ seq: 1 }] }],
      [8, { snapshot: { seq: 1 } }],
    ] as const) {
      const answer = await updates(after, 20);
      expect(await answer.json()).toMatchObject(told);
      expect(answer.headers.get('Retry-After')).toBe('1');
    }
    const first = await kit.get('/status/orders/o-1/updates?wait=20', key);
    expect([first.status, first.headers.get('Retry-After')]).toEqual([200, '1']);
  });

  it('without waiters it is a wish that is answered at once', async () => {
    const plain = await apiKit({ log: kit.store.log, verifier: kit.verifier });
    const path = `/status/orders/o-1/updates?after=${cursor(1)}`;
    const got = await plain.get(path, key, { Prefer: 'wait=20' });
    expect(await got.json()).toMatchObject({ updates: [] });
    expect([got.headers.get('Retry-After'), got.headers.get('Preference-Applied')]).toEqual(['1', null]);
  });
});

describe('RFC 7240: Prefer', () => {
  it.each([
    ['wait=5', 5],
    ['WAIT = "7" ; x=1', 7],
    ['respond-async; a="b", wait=3, wait=9', 3],
    ['wait=999999999', 20],
    ['wait', null],
    ['wait=-1', null],
    ['wait=1.5', null],
    ['await=5', null],
    ['', null],
  ])('%s', (prefer, seconds) => {
    expect(preferredWait(prefer, 20)).toBe(seconds);
  });
});
