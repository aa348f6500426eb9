import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Claim, Delivery, DeliveryKey } from '../../core/ports.ts';
import { epochOf } from '../support/make-update.ts';
import type { OpenedPorts, OpenPorts } from './opened.ts';

const key: DeliveryKey = { endpointId: 'ep_1', workflow: 'orders', id: 'order-1' };
const targetOf = (id = 'order-1', endpointId = 'ep_1') => ({ ...key, endpointId, id, tenant: 'default' });

/** Delivery cursors (S31, S32, S35). */
export function deliveriesSuite(name: string, open: OpenPorts): void {
  describe(`Deliveries on ${name}`, () => {
    let ports: OpenedPorts;
    beforeEach(async () => {
      ports = await open();
    });
    afterEach(() => ports.close());

    async function claimed(now: number, leaseUntil: number): Promise<Claim> {
      const claim = await ports.deliveries.claim(key, now, leaseUntil);
      if (!claim) throw new Error('not claimed');
      return claim;
    }
    const caughtUp = ({ delivery }: Claim, seq = 1): Delivery => ({
      ...delivery,
      epoch: epochOf(1),
      seq,
      sentSeq: seq,
      failures: 0,
      failingSince: null,
      dueAt: null,
    });
    const failed = ({ delivery }: Claim, dueAt: number): Delivery => ({
      ...delivery,
      failures: delivery.failures + 1,
      failingSince: delivery.failingSince ?? 1,
      dueAt,
    });

    it('S31: a wake makes the cursor, before the first update, and makes it due', async () => {
      await ports.deliveries.wake([targetOf()], 10);
      expect(await ports.deliveries.due(9, 10)).toEqual([]);
      expect(await ports.deliveries.due(10, 10)).toEqual([key]);
      expect(await ports.deliveries.nextDue()).toBe(10);
      const { delivery } = await claimed(10, 20);
      const fresh = { epoch: '', seq: 0, sentSeq: null, failures: 0, failingSince: null, dueAt: 10 };
      expect(delivery).toEqual({ ...targetOf(), ...fresh });
    });

    it('S35: due answers the earliest first, at most as many as asked for', async () => {
      await ports.deliveries.wake([targetOf('c')], 30);
      await ports.deliveries.wake([targetOf('a'), targetOf('a', 'ep_2')], 10);
      await ports.deliveries.wake([targetOf('b')], 20);
      const ids = async (now: number, limit: number) => (await ports.deliveries.due(now, limit)).map(({ id }) => id);
      expect(await ids(30, 10)).toEqual(['a', 'a', 'b', 'c']);
      expect(await ids(30, 3)).toEqual(['a', 'a', 'b']);
      expect(await ids(20, 10)).toEqual(['a', 'a', 'b']);
    });

    it('S35: an earlier wake counts, a later one delays nothing', async () => {
      await ports.deliveries.wake([targetOf()], 20);
      await ports.deliveries.wake([targetOf()], 30);
      expect(await ports.deliveries.nextDue()).toBe(20);
      await ports.deliveries.wake([targetOf()], 10);
      expect(await ports.deliveries.nextDue()).toBe(10);
    });

    it('S35: only what is due and not claimed can be claimed, by one of many', async () => {
      expect(await ports.deliveries.claim(key, 10, 20)).toBeNull();
      await ports.deliveries.wake([targetOf()], 10);
      expect(await ports.deliveries.claim(key, 9, 20)).toBeNull();
      const rivals = Array.from({ length: 20 }, () => ports.deliveries.claim(key, 10, 20));
      expect((await Promise.all(rivals)).filter((claim) => claim !== null)).toHaveLength(1);
      expect(await ports.deliveries.claim(key, 19, 30)).toBeNull();
      expect(await ports.deliveries.due(19, 10)).toEqual([]);
    });

    it('S35: release stores the outcome and lets go; a caught-up cursor waits for a wake', async () => {
      await ports.deliveries.wake([targetOf()], 10);
      const claim = await claimed(10, 20);
      expect(await ports.deliveries.release(claim, caughtUp(claim, 3))).toBe(true);
      expect(await ports.deliveries.nextDue()).toBeNull();
      expect(await ports.deliveries.due(1e9, 10)).toEqual([]);
      await ports.deliveries.wake([targetOf()], 30);
      expect((await claimed(30, 40)).delivery).toEqual({ ...caughtUp(claim, 3), dueAt: 30 });
    });

    it('S35: the end of a lease makes the work due again and takes the claim from its holder', async () => {
      await ports.deliveries.wake([targetOf()], 10);
      const dead = await claimed(10, 20);
      expect(await ports.deliveries.nextDue()).toBe(20);
      expect(await ports.deliveries.due(20, 10)).toEqual([key]);
      const heir = await claimed(20, 30);
      expect(await ports.deliveries.advance(dead, caughtUp(dead, 9), 40)).toBe(false);
      expect(await ports.deliveries.release(dead, caughtUp(dead, 9))).toBe(false);
      expect(await ports.deliveries.release(heir, caughtUp(heir, 2))).toBe(true);
      expect(await ports.deliveries.release(heir, caughtUp(heir, 8))).toBe(false);
      await ports.deliveries.wake([targetOf()], 50);
      expect((await claimed(50, 60)).delivery.seq).toBe(2);
    });

    it('S35: advance keeps the progress and the claim until the new end of the lease', async () => {
      await ports.deliveries.wake([targetOf()], 10);
      const claim = await claimed(10, 20);
      expect(await ports.deliveries.advance(claim, caughtUp(claim, 4), 40)).toBe(true);
      expect(await ports.deliveries.claim(key, 39, 50)).toBeNull();
      expect(await ports.deliveries.nextDue()).toBe(40);
      expect((await claimed(40, 50)).delivery).toMatchObject({ epoch: epochOf(1), seq: 4, sentSeq: 4 });
    });

    it('S35: a wake during a claim leaves the cursor due after the release', async () => {
      await ports.deliveries.wake([targetOf()], 10);
      const claim = await claimed(10, 100);
      await ports.deliveries.wake([targetOf()], 12);
      await ports.deliveries.wake([targetOf()], 15);
      expect(await ports.deliveries.due(50, 10)).toEqual([]);
      expect(await ports.deliveries.advance(claim, caughtUp(claim), 110)).toBe(true);
      expect(await ports.deliveries.release(claim, caughtUp(claim))).toBe(true);
      expect(await ports.deliveries.nextDue()).toBe(12);
      const next = await claimed(12, 100);
      expect(await ports.deliveries.release(next, caughtUp(next))).toBe(true);
      expect(await ports.deliveries.nextDue()).toBeNull();
    });

    it('S35: a wake before the claim is answered by it', async () => {
      await ports.deliveries.wake([targetOf()], 10);
      const dead = await claimed(10, 20);
      await ports.deliveries.wake([targetOf()], 15);
      const heir = await claimed(20, 30);
      expect(await ports.deliveries.release(heir, caughtUp(dead))).toBe(true);
      expect(await ports.deliveries.nextDue()).toBeNull();
    });

    it('S32: a cursor that waits after failures keeps waiting, woken before or during the claim', async () => {
      await ports.deliveries.wake([targetOf()], 10);
      const claim = await claimed(10, 100);
      await ports.deliveries.wake([targetOf()], 12);
      expect(await ports.deliveries.release(claim, failed(claim, 500))).toBe(true);
      expect(await ports.deliveries.nextDue()).toBe(500);
      await ports.deliveries.wake([targetOf()], 20);
      expect(await ports.deliveries.nextDue()).toBe(500);
      expect((await claimed(500, 600)).delivery).toMatchObject({ failures: 1, failingSince: 1 });
    });

    it('S32: a cursor that was given up is woken again', async () => {
      await ports.deliveries.wake([targetOf()], 10);
      const claim = await claimed(10, 100);
      await ports.deliveries.release(claim, { ...failed(claim, 0), dueAt: null });
      expect(await ports.deliveries.nextDue()).toBeNull();
      await ports.deliveries.wake([targetOf()], 200);
      expect(await ports.deliveries.nextDue()).toBe(200);
    });

    it('G8: removing an endpoint removes its cursors and claims, and no others', async () => {
      await ports.deliveries.wake([targetOf('a'), targetOf(), targetOf('a', 'ep_2')], 10);
      const claim = await claimed(10, 20);
      await ports.deliveries.removeEndpoint('ep_1');
      expect(await ports.deliveries.release(claim, caughtUp(claim))).toBe(false);
      expect(await ports.deliveries.due(1e9, 10)).toEqual([{ ...key, endpointId: 'ep_2', id: 'a' }]);
    });
  });
}
