import { describe, expect, it } from 'vitest';
import { startExpiry } from '../../../embedded/service/expiry.ts';
import type { Timer } from '../../../embedded/store/timer.ts';
import { makeChange } from '../../support/make-update.ts';
import { openFileStore } from '../../support/sqlite-ports.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('expiry job', () => {
  it('goes on with the other kinds when one fails, pauses between pieces and passes, and stops at once', async () => {
    const pauses: number[] = [];
    const timer: Timer = (ms, run) => {
      pauses.push(ms);
      if (pauses.length < 4) setImmediate(run);
      return () => {};
    };
    const errors: string[] = [];
    const removed: object[] = [];
    let left = 3;
    const expiry = startExpiry({
      steps: [
        { name: 'broken', run: () => Promise.reject(new Error('no')) },
        {
          name: 'logs',
          run: async () => {
            left -= 1;
            return { rows: 10, more: left > 0 };
          },
        },
      ],
      now: () => 0,
      timer,
      onError: (_error, step) => errors.push(step),
      onRemoved: (rows) => removed.push(rows),
    });
    while (pauses.length < 4) await turn();
    expect(errors).toEqual(['broken']);
    expect(removed).toEqual([{ logs: 30 }]);
    for (const ms of pauses.slice(0, 3)) expect(ms).toBeGreaterThanOrEqual(25);
    expect(pauses[3]).toBe(60_000);
    await expiry.stop();
  });

  it('S4: a large expiry holds no commit up', async () => {
    const before = await openFileStore();
    const { head, key } = makeChange({ id: 'long', count: 1, update: { status: 'SUCCEEDED' }, head: { expiresAt: 5 } });
    await before.log.commit([{ key, expectedVersion: 0, head, updates: head.last ? [head.last] : [] }]);
    await before.writer.write((db) =>
      db.exec(`
        WITH RECURSIVE more(seq) AS (SELECT 2 UNION ALL SELECT seq + 1 FROM more WHERE seq < 30000)
        INSERT INTO updates SELECT seq, workflow, id, epoch, more.seq, json FROM more, (
          SELECT workflow, id, epoch, json FROM updates WHERE n = 1);
        UPDATE outbox SET mark = 30000`),
    );
    const store = await before.crash();
    /** How many rows were gone by the next commit that was made meanwhile. */
    const pieces: number[] = [];
    const expiry = startExpiry({
      steps: store.upkeep(),
      now: () => 1_000,
      onError: (error) => {
        throw error;
      },
      timer: (_ms, run) => {
        const handle = setImmediate(run);
        return () => clearImmediate(handle);
      },
    });
    const rows = () =>
      store.writer.write((db) => Number(db.prepare('SELECT count(*) AS count FROM updates').get()?.count));
    for (let before = await rows(), left = before; left > 0; before = left) {
      left = await rows();
      pieces.push(before - left);
    }
    await expiry.stop();
    // Each commit stands between two pieces of a few milliseconds; in one transaction it would wait for all of it.
    expect(Math.max(...pieces)).toBeLessThanOrEqual(400);
    await store.close();
    await before.close();
  });
});
