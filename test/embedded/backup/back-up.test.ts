import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { encodeCursor } from '../../../core/cursor.ts';
import { backUp } from '../../../embedded/backup/back-up.ts';
import { examine } from '../../../embedded/doctor/examine.ts';
import { openStore, type Store } from '../../../embedded/store/index.ts';
import { recordingListener, shortly } from '../../ports/opened.ts';
import { epochOf, makeChange } from '../../support/make-update.ts';

let root: string;
let data: string;
let store: Store;
const target = () => join(root, 'copy');
const key = { workflow: 'orders', id: 'order-1' };
const file = (folder: string) => join(folder, 'statuswire.db');

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'statuswire-'));
  data = join(root, 'data');
  cpSync(mkdtempSync(join(root, 'empty-')), data, { recursive: true });
  store = openStore({ file: file(data) });
  await store.start(async () => {});
});
afterEach(async () => {
  await store.close();
  rmSync(root, { recursive: true, force: true });
});

describe('backup', () => {
  it('copies one moment while the service writes, with the secrets, for the owner only', async () => {
    writeFileSync(join(data, 'token-secret'), 'secret', { mode: 0o644 });
    writeFileSync(join(data, 'api-key'), 'key');
    const wide = { update: { state: 's'.repeat(5_000) } };
    await store.log.commit(Array.from({ length: 90 }, (_, n) => makeChange({ id: `before-${n}`, count: 20, ...wide })));
    const writes: Promise<unknown>[] = [];
    const progress: number[] = [];
    const bytes = await backUp({
      from: data,
      to: target(),
      now: 5,
      onProgress(done) {
        progress.push(done);
        writes.push(store.log.commit([makeChange({ id: `meanwhile-${progress.length}`, ...wide })]));
      },
    });
    expect(await Promise.all(writes)).toEqual(writes.map(() => ['ok']));
    expect(progress.length).toBeGreaterThan(1);
    expect(readdirSync(target()).sort()).toEqual(['api-key', 'statuswire.db', 'token-secret']);
    for (const name of readdirSync(target())) expect(statSync(join(target(), name)).mode & 0o777).toBe(0o600);
    expect(statSync(target()).mode & 0o777).toBe(0o700);
    expect(bytes).toBe(statSync(file(target())).size);
    expect([...examine(file(target()))]).toEqual([]);
    const copy = openStore({ file: file(target()) });
    const [before, meanwhile] = await copy.log.load(
      ['before-89', 'meanwhile-1'].map((id) => ({ workflow: 'orders', id })),
    );
    expect([before?.seq, meanwhile]).toEqual([20, null]);
    await copy.close();
  });

  it('refuses to overwrite and leaves nothing of a copy that is not sound', async () => {
    await backUp({ from: data, to: target(), now: 5 });
    const { mtimeMs } = statSync(file(target()));
    await expect(backUp({ from: data, to: target(), now: 5 })).rejects.toThrow('exists already');
    expect(statSync(file(target())).mtimeMs).toBe(mtimeMs);
    await expect(backUp({ from: join(root, 'none'), to: join(root, 'other'), now: 5 })).rejects.toThrow('there is no');
    await store.log.commit([makeChange({ count: 50 })]);
    await store.writer.write((db) => {
      db.enableDefensive(false);
      db.exec('PRAGMA writable_schema = ON');
      db.exec(`UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema WHERE name = 'keys')
               WHERE name = 'heads_due'`);
    });
    await expect(backUp({ from: data, to: join(root, 'other'), now: 5 })).rejects.toThrow();
    expect(readdirSync(root).filter((name) => name.startsWith('other'))).toEqual([]);
  });
});

describe('a copy that is put back (S36)', () => {
  it('S20, S36: readers that saw what the copy never had get a snapshot, however far the log goes on', async () => {
    const change = makeChange({ count: 3 });
    await store.log.commit([change]);
    const at = { endpointId: 'e1', ...key, tenant: 'default' };
    await store.deliveries.wake([at], 1);
    const claim = await store.deliveries.claim(at, 1, 1_000);
    if (!claim) throw new Error('nothing was claimed');
    await store.deliveries.release(claim, { ...claim.delivery, epoch: epochOf(1), seq: 2, sentSeq: 2, dueAt: 1 });
    await backUp({ from: data, to: target(), now: 5 });
    const epochs: string[] = [];
    for (const name of ['restored-1', 'restored-2']) {
      cpSync(target(), join(root, name), { recursive: true });
      const restored = openStore({ file: file(join(root, name)) });
      const [head] = await restored.log.load([key]);
      if (!head) throw new Error('the head is gone');
      epochs.push(head.epoch);
      expect(head.epoch > epochOf(1) && head.epoch < epochOf(10 ** 15)).toBe(true);
      expect(head.last?.cursor).toBe(encodeCursor({ epoch: head.epoch, seq: 3 }));
      await restored.log.commit([makeChange({ before: head, count: 5 })]);
      // This reader had seen seq 6 of the log that is lost.
      expect(await restored.log.read(key, { epoch: epochOf(1), seq: 6 }, 10, 1e9)).toEqual({ type: 'trimmed' });
      const page = await restored.log.read(key, { epoch: head.epoch, seq: 0 }, 10, 1e9);
      expect(page.type === 'page' && page.updates.map(({ seq, epoch }) => [seq, epoch])).toEqual(
        [1, 2, 3, 4, 5, 6, 7, 8].map((seq) => [seq, head.epoch]),
      );
      const again = await restored.deliveries.claim(at, 1, 1_000);
      expect(again?.delivery).toMatchObject({ epoch: head.epoch, seq: 2, sentSeq: 2 });
      const { listener, told, until } = recordingListener();
      await restored.start(listener);
      await until(5);
      expect(shortly(told()).slice(-5)).toEqual([4, 5, 6, 7, 8].map((seq) => `order-1#${seq}`));
      await restored.close();
      const reopened = openStore({ file: file(join(root, name)) });
      expect((await reopened.log.load([key]))[0]?.epoch).toBe(head.epoch);
      await reopened.close();
      expect([...examine(file(join(root, name)))]).toEqual([]);
    }
    expect(new Set(epochs).size).toBe(2);
  });

  it('S2: what was to be removed of a replaced log is still told from what stays', async () => {
    const first = makeChange({ count: 2 });
    const second = makeChange({ before: first.head, count: 2, update: { epoch: epochOf(2) } });
    await store.log.commit([first]);
    await store.log.commit([second]);
    // As a crash would leave it: planned and not carried out.
    await store.writer.write((db) => {
      db.exec("DELETE FROM superseded; INSERT INTO superseded VALUES (9, 'orders', 'order-1', ''), (9, 'x', 'x', '')");
      db.prepare('UPDATE superseded SET epoch = ? WHERE workflow = ?').run(epochOf(2), 'orders');
    });
    await backUp({ from: data, to: target(), now: 5 });
    await openStore({ file: file(target()) }).close();
    const db = new DatabaseSync(file(target()));
    const head = db.prepare('SELECT epoch FROM heads').get();
    expect(db.prepare("SELECT epoch FROM superseded WHERE workflow = 'orders'").get()).toEqual(head);
    expect(db.prepare("SELECT epoch FROM superseded WHERE workflow = 'x'").get()).toEqual({ epoch: '' });
    db.close();
    expect(existsSync(target())).toBe(true);
  });
});
