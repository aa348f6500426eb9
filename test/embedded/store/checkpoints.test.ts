import { statSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createCheckpointer } from '../../../embedded/store/checkpointer.ts';
import { startCheckpoints } from '../../../embedded/store/checkpoints.ts';
import { eventually } from '../../support/eventually.ts';
import { openWalKit, type WalKit } from './wal-kit.ts';

const pageBytes = 4096;
let kit: WalKit;
beforeEach(async () => {
  kit = await openWalKit();
});
afterEach(() => kit.close());

const walPages = () => statSync(`${kit.store.file}-wal`).size / pageBytes;

describe('checkpointer', () => {
  it('copies under load only from a bound on, and the rest when nothing is written', async () => {
    await kit.autoCheckpoint(0);
    const look = createCheckpointer(kit.outside, () => {}, { copyPages: 100, finishPages: 1_000 });
    await kit.commit(20);
    look();
    expect(kit.state().checkpointed).toBe(0);
    await kit.commit(120);
    look();
    expect(kit.state().checkpointed).toBe(kit.state().log);
    await kit.commit(20);
    look();
    expect(kit.state().checkpointed).toBeLessThan(kit.state().log);
    look();
    expect(kit.state().checkpointed).toBe(kit.state().log);
  });

  it('beside a long reader it neither waits nor asks the writer, and catches up afterwards', async () => {
    await kit.autoCheckpoint(0);
    await kit.commit(10);
    const reader = new DatabaseSync(kit.store.file);
    reader.exec('BEGIN');
    reader.prepare('SELECT count(*) FROM heads').get();
    const look = createCheckpointer(kit.outside, () => {}, { copyPages: 100, finishPages: 300 });
    for (let n = 0; n < 10; n++) {
      await kit.commit(100);
      expect(look()).toBe('wait');
    }
    const grown = walPages();
    expect(grown).toBeGreaterThan(900);
    await kit.store.checkpoint();
    reader.close();
    await kit.store.checkpoint();
    for (let n = 0; n < 5; n++) await kit.commit(50);
    expect(walPages()).toBeLessThan(grown + 20);
    expect(kit.state().log).toBeLessThan(grown);
  });
});

describe('checkpoints in a thread', () => {
  it('commits make none: what is committed is copied by the thread, also while a reader has its snapshot', async () => {
    const errors: unknown[] = [];
    const checkpoints = await startCheckpoints(kit.store.file, kit.store, (error) => errors.push(error));
    const auto = await kit.store.writer.write((db) => db.prepare('PRAGMA wal_autocheckpoint').get());
    expect(auto).toEqual({ wal_autocheckpoint: 0 });
    const reader = new DatabaseSync(kit.store.file, { readOnly: true });
    for (let n = 0; n < 30; n++) {
      await kit.commit(100);
      reader.prepare('SELECT count(*) FROM heads').get();
    }
    await eventually(() => expect(kit.state().checkpointed).toBeGreaterThanOrEqual(kit.state().log));
    reader.close();
    await checkpoints.stop();
    await kit.store.close();
    checkpoints.release();
    expect(errors).toEqual([]);
  });

  it('under steady writes the writer is asked to finish, so the WAL begins anew again and again', async () => {
    let finished = 0;
    const limits = { copyPages: 400, finishPages: 500 };
    const asked = {
      writer: kit.store.writer,
      checkpoint: () => {
        finished += 1;
        return kit.store.checkpoint();
      },
    };
    const errors: unknown[] = [];
    const checkpoints = await startCheckpoints(kit.store.file, asked, (error) => errors.push(error), limits);
    let written = 0;
    for (; finished < 3 && written < 4_000; written++) await kit.commit(10);
    expect(finished).toBeGreaterThanOrEqual(3);
    await kit.commit(10);
    expect(kit.state().log).toBeLessThan(written * 10);
    await checkpoints.stop();
    await kit.store.close();
    checkpoints.release();
    expect(errors).toEqual([]);
  });

  it.each([
    ['3.50.2', 1000],
    ['3.51.2', 1000],
    ['3.51.3', 0],
    ['4.0.0', 0],
  ])('SQLite %s: commits make a checkpoint at %i pages', async (version, pages) => {
    const failed = (error: unknown) => expect.fail(String(error));
    const checkpoints = await startCheckpoints(kit.store.file, kit.store, failed, {}, version);
    const auto = await kit.store.writer.write((db) => db.prepare('PRAGMA wal_autocheckpoint').get());
    expect(auto).toEqual({ wal_autocheckpoint: pages });
    await checkpoints.stop();
    checkpoints.release();
  });

  it('where the thread cannot begin, commits go on making checkpoints', async () => {
    const errors: unknown[] = [];
    const file = `${kit.store.file}.text`;
    writeFileSync(file, 'no database at all, and long enough to have a header: '.repeat(20));
    const checkpoints = await startCheckpoints(file, kit.store, (error) => errors.push(error));
    const auto = await kit.store.writer.write((db) => db.prepare('PRAGMA wal_autocheckpoint').get());
    expect(auto).toEqual({ wal_autocheckpoint: 1000 });
    expect(errors).toHaveLength(2);
    await checkpoints.stop();
    checkpoints.release();
  });
});
