import { expect, it } from 'vitest';
import { openFileStore } from '../../support/sqlite-ports.ts';

it('S35: what a dead process held is due at once after the next start, not at the end of its lease', async () => {
  const key = { endpointId: 'ep_1', workflow: 'orders', id: 'order-1' };
  const before = await openFileStore();
  await before.deliveries.wake([{ ...key, tenant: 'default' }], 1_000);
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
