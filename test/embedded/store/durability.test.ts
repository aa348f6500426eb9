import { statSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStore } from '../../../embedded/store/index.ts';
import { recordingListener, shortly } from '../../ports/opened.ts';
import { makeChange } from '../../support/make-update.ts';
import { type FileStore, hastyTimer, openFileStore } from '../../support/sqlite-ports.ts';

let store: FileStore;
let opened: FileStore[];
beforeEach(async () => {
  store = await openFileStore();
  opened = [store];
});
afterEach(async () => {
  for (const each of opened) await each.close();
});

async function crash(): Promise<FileStore> {
  const survivor = await store.crash();
  opened.push(survivor);
  return survivor;
}

const keyOf = (id: string) => ({ workflow: 'orders', id });

/** From the next write on, a row in `promises` without its row in `kept` makes COMMIT itself fail. */
const prepareFailingCommit = (db: DatabaseSync) =>
  db.exec(`CREATE TABLE kept (id INTEGER PRIMARY KEY);
           CREATE TABLE promises (id INTEGER REFERENCES kept DEFERRABLE INITIALLY DEFERRED)`);
const breakPromise = (db: DatabaseSync) => db.exec('INSERT INTO promises VALUES (1)');

describe('acknowledged only after COMMIT (G1)', () => {
  it('G1: where COMMIT fails every promise of the group rejects and nothing of it is there', async () => {
    const { listener, told } = recordingListener();
    await store.start(listener);
    await store.writer.write(prepareFailingCommit);
    const answers = await Promise.allSettled([
      store.log.commit([makeChange({ id: 'a' }), makeChange({ id: 'b' })]),
      store.writer.write(breakPromise),
      store.bindings.bind('orders', 'arn:1'),
    ]);
    expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(answers[0]).toMatchObject({ reason: { message: expect.stringContaining('FOREIGN KEY') } });
    expect(store.writer.stats.failures).toBe(1);
    for (const each of [store, await crash()]) {
      expect(await each.log.load([keyOf('a'), keyOf('b')])).toEqual([null, null]);
      expect(await each.bindings.bind('orders', 'arn:2')).toBe('arn:2');
    }
    expect(told()).toEqual([]);
  });

  it('G1: after a failed group the next one commits and is told to the listener', async () => {
    const { listener, told, until } = recordingListener();
    await store.start(listener);
    await store.writer.write(prepareFailingCommit);
    const lost = Promise.allSettled([store.log.commit([makeChange({ id: 'a' })]), store.writer.write(breakPromise)]);
    await lost;
    expect(await store.log.commit([makeChange({ id: 'a', count: 2 })])).toEqual(['ok']);
    await until(2);
    expect(shortly(told())).toEqual(['a#1', 'a#2']);
  });

  it('G1: on a full disk what was acknowledged is there after a crash, what was rejected is not', async () => {
    const pages = Number((await store.writer.write((db) => db.prepare('PRAGMA page_count').get()))?.page_count);
    await store.writer.write((db) => db.exec(`PRAGMA max_page_count = ${pages + 40}`));
    const ids = Array.from({ length: 200 }, (_, n) => `x${n}`);
    const big = (id: string) => makeChange({ id, update: { state: 's'.repeat(2000) } });
    const acknowledged = new Set<string>();
    for (let from = 0; from < ids.length; from += 10) {
      const calls = ids.slice(from, from + 10).map(async (id) => {
        if ((await store.log.commit([big(id)]))[0] === 'ok') acknowledged.add(id);
      });
      await Promise.allSettled(calls);
    }
    expect(acknowledged.size).toBeGreaterThan(0);
    expect(acknowledged.size).toBeLessThan(200);
    for (const each of [store, await crash()]) {
      const heads = await each.log.load(ids.map(keyOf));
      expect(new Set(heads.flatMap((head) => (head ? [head.id] : [])))).toEqual(acknowledged);
    }
    await store.writer.write((db) => db.exec('PRAGMA max_page_count = 1000000'));
    expect(await store.log.commit([big('later')])).toEqual(['ok']);
  });

  it('G1: a database that cannot be written rejects', async () => {
    await store.writer.write((db) => db.exec('PRAGMA query_only = 1')).catch(() => {});
    await expect(store.log.commit([makeChange()])).rejects.toThrow('readonly');
    expect(await store.log.load([keyOf('order-1')])).toEqual([null]);
  });

  it('G1: what was acknowledged is there after a crash, with every update', async () => {
    const change = makeChange({ count: 30 });
    await store.log.commit([change]);
    const survivor = await crash();
    expect(await survivor.log.load([change.key])).toEqual([change.head]);
    const page = await survivor.log.read(change.key, { epoch: change.head.epoch, seq: 0 }, 100, 1e9);
    expect(page).toEqual({ type: 'page', updates: change.updates, more: false });
  });

  it('G1: a commit waits for the disk (WAL, synchronous FULL), and close commits what is queued', async () => {
    const pragma = (name: string) =>
      store.writer.write((db) => Object.values(db.prepare(`PRAGMA ${name}`).get() ?? {}));
    expect(await pragma('journal_mode')).toEqual(['wal']);
    expect(await pragma('synchronous')).toEqual([2]);
    const queued = store.log.commit([makeChange()]);
    const survivor = await crash();
    expect(await survivor.log.load([keyOf('order-1')])).toEqual([null]);
    await store.close();
    expect(await queued).toEqual(['ok']);
    await expect(store.log.commit([makeChange()])).rejects.toThrow('closed');
  });

  it('S28: the file and its companions can be read by their owner only', async () => {
    await store.log.commit([makeChange()]);
    for (const suffix of ['', '-wal', '-shm']) expect(statSync(store.file + suffix).mode & 0o777).toBe(0o600);
  });

  it('keeps everything over an orderly end', async () => {
    const change = makeChange({ count: 3 });
    const again = () => openStore({ file: `${store.file}.second`, timer: hastyTimer });
    const first = again();
    await first.log.commit([change]);
    const { listener, until } = recordingListener();
    await first.start(listener);
    await until(3);
    await first.close();
    await first.close();
    const second = again();
    expect(await second.log.load([change.key])).toEqual([change.head]);
    const after = recordingListener();
    await second.start(after.listener);
    expect(after.told()).toEqual([]);
    await second.close();
  });
});
