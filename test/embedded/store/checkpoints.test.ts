import { statSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createCheckpointer } from '../../../embedded/store/checkpointer.ts';
import { startCheckpoints } from '../../../embedded/store/checkpoints.ts';
import { makeChange } from '../../support/make-update.ts';
import { type FileStore, openFileStore } from '../../support/sqlite-ports.ts';

const pageBytes = 4096;
let store: FileStore;
let outside: DatabaseSync;
beforeEach(async () => {
  store = await openFileStore();
  await store.start(async () => {});
  outside = new DatabaseSync(store.file);
});
afterEach(async () => {
  if (outside.isOpen) outside.close();
  await store.close();
});

const walPages = () => statSync(`${store.file}-wal`).size / pageBytes;
const state = () => outside.prepare('PRAGMA wal_checkpoint(NOOP)').get() as { log: number; checkpointed: number };
let made = 0;
/** A commit of about `pages` pages. */
async function commit(pages = 50): Promise<void> {
  await store.log.commit([makeChange({ id: `x${made++}`, update: { state: 's'.repeat(pages * 2_000) } })]);
}
const noCheckpoints = () => store.writer.write((db) => db.exec('PRAGMA wal_autocheckpoint = 0'));

describe('checkpointer', () => {
  it('copies under load only from a bound on, and the rest when nothing is written', async () => {
    await noCheckpoints();
    const look = createCheckpointer(outside, () => {}, { copyPages: 100, finishPages: 1_000 });
    await commit(20);
    look();
    expect(state().checkpointed).toBe(0);
    await commit(120);
    look();
    expect(state().checkpointed).toBe(state().log);
    await commit(20);
    look();
    expect(state().checkpointed).toBeLessThan(state().log);
    look();
    expect(state().checkpointed).toBe(state().log);
  });

  it('beside a long reader it neither waits nor asks the writer, and catches up afterwards', async () => {
    await noCheckpoints();
    await commit(10);
    const reader = new DatabaseSync(store.file);
    reader.exec('BEGIN');
    reader.prepare('SELECT count(*) FROM heads').get();
    const look = createCheckpointer(outside, () => {}, { copyPages: 100, finishPages: 300 });
    for (let n = 0; n < 10; n++) {
      await commit(100);
      expect(look()).toBe('wait');
    }
    const grown = walPages();
    expect(grown).toBeGreaterThan(900);
    await store.checkpoint();
    reader.close();
    await store.checkpoint();
    for (let n = 0; n < 5; n++) await commit(50);
    expect(walPages()).toBeLessThan(grown + 20);
    expect(state().log).toBeLessThan(grown);
  });
});

describe('checkpoints in a thread', () => {
  it('commits make none: what is committed is copied by the thread, also while a reader has its snapshot', async () => {
    const errors: unknown[] = [];
    const checkpoints = await startCheckpoints(store.file, store, (error) => errors.push(error));
    const auto = await store.writer.write((db) => db.prepare('PRAGMA wal_autocheckpoint').get());
    expect(auto).toEqual({ wal_autocheckpoint: 0 });
    const reader = new DatabaseSync(store.file, { readOnly: true });
    for (let n = 0; n < 30; n++) {
      await commit(100);
      reader.prepare('SELECT count(*) FROM heads').get();
    }
    while (state().checkpointed < state().log) await new Promise((resolve) => setTimeout(resolve, 20));
    reader.close();
    await checkpoints.stop();
    await store.close();
    checkpoints.release();
    expect(errors).toEqual([]);
  });

  it('under steady writes the writer is asked to finish, so the WAL begins anew again and again', async () => {
    let finished = 0;
    const limits = { copyPages: 400, finishPages: 500 };
    const asked = {
      writer: store.writer,
      checkpoint: () => {
        finished += 1;
        return store.checkpoint();
      },
    };
    const errors: unknown[] = [];
    const checkpoints = await startCheckpoints(store.file, asked, (error) => errors.push(error), limits);
    let written = 0;
    for (; finished < 3 && written < 4_000; written++) await commit(10);
    expect(finished).toBeGreaterThanOrEqual(3);
    await commit(10);
    expect(state().log).toBeLessThan(written * 10);
    await checkpoints.stop();
    await store.close();
    checkpoints.release();
    expect(errors).toEqual([]);
  });

  it('where the thread cannot begin, commits go on making checkpoints', async () => {
    const errors: unknown[] = [];
    const file = `${store.file}.text`;
    writeFileSync(file, 'no database at all, and long enough to have a header: '.repeat(20));
    const checkpoints = await startCheckpoints(file, store, (error) => errors.push(error));
    const auto = await store.writer.write((db) => db.prepare('PRAGMA wal_autocheckpoint').get());
    expect(auto).toEqual({ wal_autocheckpoint: 1000 });
    expect(errors).toHaveLength(2);
    await checkpoints.stop();
    checkpoints.release();
  });
});
