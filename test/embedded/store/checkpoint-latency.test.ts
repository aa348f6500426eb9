import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startCheckpoints } from '../../../embedded/store/checkpoints.ts';
import { openWalKit, type WalKit } from './wal-kit.ts';

/** What SQLite would copy inside a commit by itself (sqlite.org/pragma.html#pragma_wal_autocheckpoint). */
const sqlitePages = 1_000;
let kit: WalKit;
beforeEach(async () => {
  kit = await openWalKit();
});
afterEach(() => kit.close());

/** How many commits copied something, while nobody else does. */
async function copyingCommits(commits: number, pages: number): Promise<number> {
  let copying = 0;
  for (let n = 0, before = kit.state().checkpointed; n < commits; n++) {
    await kit.commit(pages);
    const { checkpointed } = kit.state();
    if (checkpointed !== before) copying += 1;
    before = checkpointed;
  }
  return copying;
}

describe('a commit and the checkpoints', () => {
  it('with the service’s setting no commit copies a page, far beyond the bound where SQLite’s own would', async () => {
    expect(await copyingCommits(60, 50)).toBeGreaterThan(0);
    await kit.autoCheckpoint(0);
    expect(await copyingCommits(100, 50)).toBe(0);
    expect(kit.state().log).toBeGreaterThan(3 * sqlitePages);
  });

  it('commits are durable and acknowledged while a checkpoint is stuck in its fsync', async () => {
    await kit.autoCheckpoint(0);
    for (let n = 0; n < 10; n++) await kit.commit(50);
    const gate = new Int32Array(new SharedArrayBuffer(4));
    const workerData = { file: kit.store.file, gate, finishPages: 100 };
    const worker = new Worker(new URL('./stuck-checkpoint.ts', import.meta.url), { workerData });
    const [stuck] = await once(worker, 'message');
    expect(stuck).toBe('stuck');
    const ended = once(worker, 'message');
    const before = kit.store.writer.stats.commits;
    const ids: string[] = [];
    for (let n = 0; n < 40; n++) ids.push(await kit.commit(20));
    expect(kit.store.writer.stats.commits - before).toBeGreaterThanOrEqual(40);
    // Nobody has opened the gate: the checkpoint was under way all the time.
    expect(Atomics.load(gate, 0)).toBe(0);
    Atomics.store(gate, 0, 1);
    Atomics.notify(gate, 0);
    await ended;
    const copy = await kit.store.crash();
    const heads = await copy.log.load(ids.map((id) => ({ workflow: 'orders', id })));
    expect(heads.map((head) => head?.seq)).toEqual(ids.map(() => 1));
    await copy.close();
  });

  it('the end of the WAL, which the writer copies itself, falls into less than a hundredth of commits of 40 kB', async () => {
    let asked = 0;
    const counted = {
      writer: kit.store.writer,
      checkpoint: () => {
        asked += 1;
        return kit.store.checkpoint();
      },
    };
    const errors: unknown[] = [];
    const checkpoints = await startCheckpoints(kit.store.file, counted, (error) => errors.push(error));
    const commits = 1_000;
    for (let n = 0; n < commits; n++) await kit.commit(10);
    expect(asked).toBeLessThan(commits / 100);
    await checkpoints.stop();
    expect(errors).toEqual([]);
    await kit.store.close();
    checkpoints.release();
  });
});
