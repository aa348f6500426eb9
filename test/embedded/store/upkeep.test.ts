import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { markerMs } from '../../../core/limits.ts';
import { openStore, type Store } from '../../../embedded/store/index.ts';
import { createPurge } from '../../../embedded/store/purge.ts';
import { epochOf, makeChange } from '../../support/make-update.ts';
import { hastyTimer, untimed } from '../../support/sqlite-ports.ts';

const day = 24 * 60 * 60 * 1000;
const expiresAt = 100 * day;
const key = { workflow: 'orders', id: 'order-1' };
const done = { update: { status: 'SUCCEEDED', output: { secret: 1 } }, head: { expiresAt } } as const;

let store: Store;
let forgotten: string[];
beforeEach(async () => {
  forgotten = [];
  const alsoForget = (_db: unknown, { id }: { readonly id: string }) => void forgotten.push(id);
  store = openStore({ file: ':memory:', timer: hastyTimer, group: untimed, now: () => 0, alsoForget });
  await store.start(async () => {});
});
afterEach(() => store.close());

const turn = () => new Promise((resolve) => setImmediate(resolve));
const count = async (table: string) =>
  Number((await store.writer.write((db) => db.prepare(`SELECT count(*) AS count FROM ${table}`).get()))?.count);
/** Runs one kind of upkeep to its end; answers the rows of each piece. */
async function upkeep(name: string, now: number, options = {}): Promise<readonly number[]> {
  const step = store.upkeep(options).find((one) => one.name === name);
  const pieces: number[] = [];
  for (let more = step !== undefined; more; ) {
    const piece = await step?.run(now);
    pieces.push(piece?.rows ?? 0);
    more = piece?.more ?? false;
  }
  return pieces;
}
/** Waits until what was planned for removal is gone. */
async function purged(rows: number): Promise<void> {
  for (let turns = 0; turns < 5_000 && (await count('updates')) > rows; turns++) await turn();
  expect(await count('updates')).toBe(rows);
}

describe('expired logs', () => {
  it('S4: a log expires whole: a marker of the run stays, nothing of the tenant’s', async () => {
    const run = { executionArn: 'arn:1', express: false, startDate: 7, firstAt: 7 };
    const change = makeChange({ count: 5, ...done, head: { expiresAt, run } });
    const record = { ...key, tenant: 'default', intakeAttempt: 1, input: '{}', acceptedAt: 0 };
    await store.log.commit([{ ...change, intake: { put: record } }, makeChange({ id: 'open', count: 2 })]);
    const endpoint = { tenant: 'default', id: 'e1', url: '', secret: '', filter: {}, createdAt: 0 };
    await store.endpoints.put(endpoint as unknown as Parameters<Store['endpoints']['put']>[0]);
    await store.deliveries.wake([{ endpointId: 'e1', ...key, tenant: 'default' }], 0);
    expect(await upkeep('expired logs', expiresAt - 1)).toEqual([0]);
    expect(await upkeep('expired logs', expiresAt)).toEqual([1]);
    const [marker, open] = await store.log.load([key, { workflow: 'orders', id: 'open' }]);
    expect(marker).toMatchObject({ last: null, run, epoch: epochOf(1), held: [], version: 2 });
    expect(marker?.goneUntil).toBe(expiresAt - 1 + markerMs);
    expect(JSON.stringify(marker)).not.toContain('secret');
    expect(open?.last).not.toBeNull();
    expect(await store.log.read(key, { epoch: epochOf(1), seq: 0 }, 10, 1e9)).toEqual({ type: 'trimmed' });
    await purged(2);
    expect([await count('intakes'), await count('deliveries'), await count('superseded')]).toEqual([0, 0, 0]);
    expect(forgotten).toEqual(['order-1']);
  });

  it('S4: the marker goes after 90 days', async () => {
    await store.log.commit([makeChange(done)]);
    await upkeep('expired logs', expiresAt);
    expect(await upkeep('expired logs', expiresAt + markerMs - 2)).toEqual([0]);
    expect(await upkeep('expired logs', expiresAt + markerMs)).toEqual([1]);
    expect(await store.log.load([key])).toEqual([null]);
    expect(forgotten).toEqual(['order-1', 'order-1']);
  });

  it('G1: an expired log’s updates stay until the listener has had them', async () => {
    const slow = openStore({ file: ':memory:', timer: hastyTimer, group: untimed });
    const gate = Promise.withResolvers<void>();
    const rows = () => slow.writer.write((db) => db.prepare('SELECT count(*) AS count FROM updates').get()?.count);
    void slow.start(() => gate.promise);
    await slow.log.commit([makeChange({ count: 3, ...done })]);
    await slow.upkeep()[0]?.run(expiresAt);
    for (let turns = 0; turns < 20; turns++) await turn();
    expect(await rows()).toBe(3);
    gate.resolve();
    for (let turns = 0; turns < 2_000 && (await rows()) !== 0; turns++) await turn();
    expect(await rows()).toBe(0);
    await slow.close();
  });

  it('S4: one piece removes at most 200 rows, however many expired or were replaced at once', async () => {
    const changes = Array.from({ length: 30 }, (_, n) => makeChange({ id: `x${n}`, count: 99, ...done }));
    const quiet = openStore({ file: ':memory:', timer: () => () => {}, group: untimed });
    await quiet.log.commit(changes);
    await quiet.writer.write((db) => {
      const purge = createPurge(db);
      for (const { key: each } of changes) purge.plan(5_000, each, '');
      const pieces: number[] = [];
      for (let more = true; more; ) {
        const piece = purge.upTo(5_000);
        pieces.push(piece.rows);
        more = piece.more;
      }
      expect(Math.max(...pieces)).toBeLessThanOrEqual(200);
      // 2,970 updates and the 30 plans themselves.
      expect(pieces.reduce((sum, piece) => sum + piece)).toBe(3_000);
      expect(purge.isPlanned()).toBe(false);
    });
    await quiet.close();
  });
});

describe('long logs', () => {
  it('S4: only the newest updates of a very long log are kept, and readers behind get a snapshot', async () => {
    let change = makeChange({ count: 99 });
    await store.log.commit([change]);
    for (let n = 0; n < 14; n++) {
      change = makeChange({ before: change.head, count: 99 });
      await store.log.commit([change]);
    }
    await turn();
    await store.log.commit([makeChange({ id: 'short', count: 50 })]);
    const step = store.upkeep({ keepUpdates: 1_000 }).find(({ name }) => name === 'trimmed updates');
    const first = (await step?.run(0))?.rows ?? 0;
    // From the front, so that there is no hole between two pieces either.
    const between = (seq: number) => store.log.read(key, { epoch: epochOf(1), seq }, 1, 1e9);
    expect([await between(first - 1), await between(first), await between(484)]).toMatchObject([
      { type: 'trimmed' },
      { updates: [{ seq: first + 1 }] },
      { updates: [{ seq: 485 }] },
    ]);
    const pieces = await upkeep('trimmed updates', 0, { keepUpdates: 1_000 });
    expect(pieces.reduce((sum, piece) => sum + piece)).toBe(485 - first);
    expect(Math.max(...pieces)).toBeLessThanOrEqual(200);
    const read = (seq: number) => store.log.read(key, { epoch: epochOf(1), seq }, 1, 1e9);
    expect([await read(0), await read(484)]).toEqual([{ type: 'trimmed' }, { type: 'trimmed' }]);
    expect(await read(485)).toMatchObject({ type: 'page', updates: [{ seq: 486 }], more: true });
    expect(await upkeep('trimmed updates', 0, { keepUpdates: 1_000 })).toEqual([0]);
    expect(() => store.upkeep({ keepUpdates: 999 })).toThrow('1000');
  });
});

describe('what else grows', () => {
  const ulidAt = (n: number) => `01JD${n.toString().padStart(22, '0')}`;
  const letter = (id: string) => ({ id, at: 0, reason: '', source: 'events', key: null, body: '' }) as const;
  const letters = async () => (await store.deadLetters.list(null, 1_000)).letters.map(({ id }) => id);

  it('dead letters go after 30 days, and the oldest of too many', async () => {
    await store.deadLetters.add([letter('0000000000AAAAAAAAAAAAAAAA'), ...[1, 2, 3, 4].map((n) => letter(ulidAt(n)))]);
    expect(await upkeep('dead letters', 31 * day)).toEqual([1]);
    expect(await letters()).toHaveLength(4);
    expect(await upkeep('dead letters', 31 * day, { keepDeadLetters: 3 })).toEqual([1]);
    expect(await letters()).toEqual([4, 3, 2].map(ulidAt));
    await store.deadLetters.remove(ulidAt(3));
    expect(await upkeep('dead letters', 31 * day, { keepDeadLetters: 2 })).toEqual([0]);
  });

  it('S26: idempotency records go when they hold no longer', async () => {
    const idempotency = { ...key, tenant: 't', idempotencyKey: 'k', fingerprint: 'f', expiresAt: 10 };
    await store.log.commit([{ ...makeChange(), idempotency }]);
    expect(await upkeep('idempotency records', 9)).toEqual([0]);
    expect(await upkeep('idempotency records', 10)).toEqual([1]);
    expect(await count('idempotency')).toBe(0);
  });

  it('S4: a list steps over a bounded number of expired logs, and goes on from there', async () => {
    const at = (n: number) => ({ id: `x${n}`, update: { ...done.update, epoch: epochOf(n) } });
    const expired = Array.from({ length: 1_200 }, (_, n) => makeChange({ ...at(n + 10), head: { expiresAt: 5 } }));
    await store.log.commit([makeChange(at(1)), ...expired, makeChange(at(5_000))]);
    const pages = [];
    for (let cursor: string | null = null; ; ) {
      const page = await store.log.list('default', {}, cursor, 10, 1_000);
      pages.push(page.updates.map(({ id }) => id));
      cursor = page.next;
      if (cursor === null) break;
    }
    expect(pages).toEqual([['x5000'], [], ['x1']]);
  });
});
