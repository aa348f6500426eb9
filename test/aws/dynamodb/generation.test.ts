import fc from 'fast-check';
import { decodeTime, ulid } from 'ulid';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createGeneration } from '../../../aws/dynamodb/generation.ts';
import { decodeCursor } from '../../../core/cursor.ts';
import type { Head } from '../../../core/head.ts';
import { newEpoch } from '../../../handlers/ingest/epoch.ts';
import { epochOf, makeChange } from '../../support/make-update.ts';
import { type OpenTable, openTable } from './support/open-table.ts';

const key = { workflow: 'orders', id: 'order-1' };
const epochs = fc.nat({ max: 2 ** 40 }).map((time) => ulid(time + 1e12));
const generations = fc.integer({ min: 0, max: 1_000_000 });

describe('generations', () => {
  it('S36: what is shown leads back to what is stored, and is a ULID of the same age', () => {
    fc.assert(
      fc.property(epochs, generations, (epoch, generation) => {
        const { shownEpoch, storedEpoch } = createGeneration(generation);
        const shown = shownEpoch(epoch);
        expect(storedEpoch(shown)).toBe(epoch);
        expect(shown === epoch).toBe(generation === 0);
        expect(newEpoch(0, shown) > shown).toBe(true);
        expect(decodeTime(shown) - decodeTime(epoch)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('S36: epochs keep their order, and a raised generation is later', () => {
    fc.assert(
      fc.property(epochs, epochs, generations, generations, (a, b, g, h) => {
        const { shownEpoch } = createGeneration(g);
        expect(shownEpoch(a) < shownEpoch(b)).toBe(a < b);
        if (g < h) expect(shownEpoch(a) < createGeneration(h).shownEpoch(a)).toBe(true);
      }),
    );
  });

  it('S36: refuses what is no generation', () => {
    for (const generation of [-1, 0.5, Number.NaN, 2_000_000]) {
      expect(() => createGeneration(generation)).toThrow(RangeError);
    }
    expect(() => createGeneration(1).shownEpoch('x'.repeat(26))).toThrow(RangeError);
  });
});

describe('a table whose generation was raised', () => {
  let table: OpenTable;
  beforeEach(async () => {
    table = await openTable();
  });
  afterEach(() => table.drop());

  it('S36: an old cursor gets a snapshot, and everything else goes on', async () => {
    const before = makeChange({ count: 2 });
    const old = table.ports();
    await old.log.commit([before]);
    await old.deliveries.wake([{ ...key, endpointId: 'ep_1', tenant: 'default' }], 1);
    const claim = await old.deliveries.claim({ ...key, endpointId: 'ep_1' }, 1, 2);
    if (!claim) throw new Error('not claimed');
    await old.deliveries.release(claim, { ...claim.delivery, epoch: epochOf(1), seq: 1, dueAt: 5 });

    const { log, deliveries } = table.ports({ generation: 1 });
    expect(await log.read(key, { epoch: epochOf(1), seq: 1 }, 10, 1e9)).toEqual({ type: 'trimmed' });
    const [head] = (await log.load([key])) as [Head];
    expect(head.epoch > epochOf(1)).toBe(true);
    expect(head.last).toMatchObject({ epoch: head.epoch, seq: 2 });
    expect(decodeCursor(head.last?.cursor ?? '')).toEqual({ epoch: head.epoch, seq: 2 });
    expect((await log.list('default', {}, null, 10, 0)).updates).toEqual([head.last]);

    const next = makeChange({ before: head });
    expect(await log.commit([next])).toEqual(['ok']);
    const page = await log.read(key, { epoch: head.epoch, seq: 0 }, 10, 1e9);
    expect(page).toMatchObject({ updates: [1, 2, 3].map((seq) => ({ seq, epoch: head.epoch })), more: false });

    // The webhook's place in the log is kept, told in the new epoch.
    const later = await deliveries.claim({ ...key, endpointId: 'ep_1' }, 5, 6);
    expect(later?.delivery).toMatchObject({ epoch: head.epoch, seq: 1 });
  });
});
