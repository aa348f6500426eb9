import { describe, expect, it } from 'vitest';
import type { Claim, Delivery } from '../../../core/ports.ts';
import { openStore } from '../../../embedded/store/index.ts';
import { openFileStore } from '../../support/sqlite-ports.ts';

const key = { endpointId: 'ep_1', workflow: 'orders', id: 'order-1' };
const target = { ...key, tenant: 'default' };
const caughtUp = ({ delivery }: Claim, seq: number): Delivery => ({ ...delivery, epoch: 'E1', seq, dueAt: null });

describe('claims', () => {
  it('S35: what a dead process held is due at once after the next start, not at the end of its lease', async () => {
    const before = await openFileStore();
    await before.deliveries.wake([target], 1_000);
    const claim = await before.deliveries.claim(key, 1_000, 61_000);
    expect(claim).not.toBeNull();
    expect(await before.deliveries.due(2_000, 10)).toEqual([]);
    const after = await before.crash();
    expect(await after.deliveries.due(2_000, 10)).toEqual([key]);
    expect(await after.deliveries.claim(key, 2_000, 62_000)).not.toBeNull();
    // The dead process's claim is worth nothing any more.
    if (claim) expect(await after.deliveries.release(claim, claim.delivery)).toBe(false);
    await Promise.all([before.close(), after.close()]);
  });

  it('S35: a wake that shares the transaction of the release leaves the cursor due, in either order', async () => {
    const store = openStore({ file: ':memory:' });
    await store.deliveries.wake([target], 10);
    const first = await store.deliveries.claim(key, 10, 100);
    if (!first) throw new Error('not claimed');
    await Promise.all([store.deliveries.release(first, caughtUp(first, 1)), store.deliveries.wake([target], 20)]);
    expect(await store.deliveries.nextDue()).toBe(20);
    const second = await store.deliveries.claim(key, 20, 100);
    if (!second) throw new Error('not claimed');
    await Promise.all([store.deliveries.wake([target], 30), store.deliveries.release(second, caughtUp(second, 2))]);
    expect(await store.deliveries.nextDue()).toBe(30);
    await store.close();
  });

  it('S35: a release that was undone keeps the claim, and a wake after it is not lost', async () => {
    const store = openStore({ file: ':memory:' });
    await store.deliveries.wake([target], 10);
    const claim = await store.deliveries.claim(key, 10, 100);
    if (!claim) throw new Error('not claimed');
    const released = store.deliveries.release(claim, caughtUp(claim, 1));
    // Ends the transaction under the group, as a disk that is full does.
    const broken = store.writer.write((db) => db.exec('ROLLBACK'));
    expect((await Promise.allSettled([released, broken])).map(({ status }) => status)).toEqual([
      'rejected',
      'rejected',
    ]);
    expect(await store.deliveries.due(10, 10)).toEqual([]);
    await store.deliveries.wake([target], 20);
    expect(await store.deliveries.release(claim, caughtUp(claim, 1))).toBe(true);
    expect(await store.deliveries.nextDue()).toBe(20);
    await store.close();
  });

  it('S4: who held the cursor of a run that was forgotten does not move that of the next run', async () => {
    const store = openStore({ file: ':memory:' });
    await store.deliveries.wake([target], 10);
    const old = await store.deliveries.claim(key, 10, 100);
    if (!old) throw new Error('not claimed');
    await store.writer.write((db) => db.exec('DELETE FROM deliveries'));
    await store.deliveries.wake([target], 20);
    expect(await store.deliveries.advance(old, caughtUp(old, 5), 200)).toBe(false);
    expect(await store.deliveries.release(old, caughtUp(old, 5))).toBe(false);
    expect((await store.deliveries.claim(key, 20, 100))?.delivery).toMatchObject({ epoch: '', seq: 0, dueAt: 20 });
    await store.close();
  });
});
