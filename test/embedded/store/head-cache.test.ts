import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CachedHeads, cacheHeads } from '../../../embedded/store/head-cache.ts';
import { createHeadRows } from '../../../embedded/store/head-rows.ts';
import { openStore, type Store } from '../../../embedded/store/index.ts';
import { migrate } from '../../../embedded/store/migrations.ts';
import { createWriter, type GroupWriter } from '../../../embedded/store/writer.ts';
import { makeChange, makeHead, makeUpdate } from '../../support/make-update.ts';

describe('the heads in memory', () => {
  const key = { workflow: 'orders', id: 'order-1' };
  let db: DatabaseSync;
  let writer: GroupWriter;
  let heads: CachedHeads;

  beforeEach(() => {
    db = new DatabaseSync(':memory:');
    migrate(db, ':memory:');
    writer = createWriter(db);
    heads = cacheHeads(db, createHeadRows(db), writer, 10_000);
  });
  afterEach(() => db.close());

  const put = (seq: number, id = 'order-1') =>
    writer.write(() => heads.put(makeHead({ last: makeUpdate({ id, seq }), version: seq }), heads.get({ ...key, id })));
  const removeRow = () => db.prepare('DELETE FROM heads').run();

  it('S20: show a commit at once, and the same object until the next', async () => {
    await put(1);
    const first = heads.load(key);
    expect(first?.seq).toBe(1);
    expect(heads.load(key)).toBe(first);
    await put(2);
    expect(heads.load(key)?.seq).toBe(2);
  });

  it('are as the file has them, whether written or read', async () => {
    await put(1);
    const written = heads.load(key);
    const cold = cacheHeads(db, createHeadRows(db), writer);
    expect(cold.load(key)).toEqual(written);
    expect(cold.load(key)).toBe(cold.load(key));
  });

  it('S33: never show what was undone, alone or with its group', async () => {
    await put(1);
    const undone = writer.write(() => {
      heads.put(makeHead({ last: makeUpdate({ seq: 2 }), version: 2 }), heads.get(key));
      throw new Error('no');
    });
    await expect(undone).rejects.toThrow('no');
    expect(heads.load(key)?.seq).toBe(1);
    db.exec('PRAGMA query_only = ON');
    await expect(put(2)).rejects.toThrow();
    expect(heads.load(key)?.seq).toBe(1);
  });

  it('S4: go with their row', async () => {
    await put(1);
    await writer.write(() => {
      removeRow();
      heads.removed(key);
    });
    expect(heads.load(key)).toBeNull();
  });

  it('are bounded: those not asked for longest are read from the file again', async () => {
    for (let n = 0; n < 30; n += 1) await put(1, `order-${n}`);
    const oldest = heads.load({ ...key, id: 'order-29' });
    removeRow();
    expect(heads.load({ ...key, id: 'order-29' })).toBe(oldest);
    expect(heads.load({ ...key, id: 'order-0' })).toBeNull();
  });
});

describe('the log over them', () => {
  let store: Store;
  beforeEach(async () => {
    store = openStore({ file: ':memory:' });
    await store.start(async () => undefined);
  });
  afterEach(() => store.close());

  it('S4: an expired log and its marker are gone after the upkeep, also from memory', async () => {
    const expiresAt = 1_000;
    const change = makeChange({ update: { status: 'SUCCEEDED' }, head: { expiresAt } });
    await store.log.commit([change]);
    const [before] = await store.log.load([change.key]);
    expect(before?.goneUntil).toBeNull();
    const steps = store.upkeep();
    const clear = async (now: number) => {
      for (const { run } of steps) await run(now);
    };
    await clear(expiresAt);
    const [marker] = await store.log.load([change.key]);
    expect(marker?.goneUntil).toBeGreaterThan(expiresAt);
    await clear(marker?.goneUntil ?? 0);
    expect(await store.log.load([change.key])).toEqual([null]);
  });
});
