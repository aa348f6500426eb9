import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { IdempotencyRecord, IntakeRecord } from '../../core/ports.ts';
import { makeChange } from '../support/make-update.ts';
import type { OpenedPorts, OpenPorts } from './opened.ts';

const key = { workflow: 'orders', id: 'order-1' };
const farOff = 9e15;

function intakeOf(id = 'order-1', intakeAttempt = 1): IntakeRecord {
  return { ...key, id, tenant: 'default', intakeAttempt, input: '{"total":42}', acceptedAt: 1 };
}

function recordOf(id = 'order-1', tenant = 'default'): IdempotencyRecord {
  return { ...key, id, tenant, idempotencyKey: 'k1', fingerprint: `of ${id}`, expiresAt: farOff };
}

/** Accepted starts and idempotency records, as `Log.commit` writes them (S26, S34). */
export function intakesSuite(name: string, open: OpenPorts): void {
  describe(`Intakes on ${name}`, () => {
    let ports: OpenedPorts;
    beforeEach(async () => {
      ports = await open();
    });
    afterEach(() => ports.close());

    it('S34: the input and the idempotency record are one commit with PENDING', async () => {
      const change = { ...makeChange(), intake: { put: intakeOf() }, idempotency: recordOf() };
      expect(await ports.log.commit([change])).toEqual(['ok']);
      expect(await ports.intakes.load(key)).toEqual(intakeOf());
      expect(await ports.intakes.findIdempotent('default', 'k1', 1)).toEqual(recordOf());
    });

    it('S34: nothing of them is stored where the change is refused', async () => {
      const wrong = makeChange({ head: { seq: 5 } });
      const change = { ...wrong, intake: { put: intakeOf() }, idempotency: recordOf() };
      await expect(ports.log.commit([change])).rejects.toThrow(RangeError);
      expect(await ports.intakes.load(key)).toBeNull();
      expect(await ports.intakes.findIdempotent('default', 'k1', 1)).toBeNull();
    });

    it('S34: a later change replaces the intake, and another removes it', async () => {
      const first = makeChange();
      const second = makeChange({ before: first.head });
      await ports.log.commit([{ ...first, intake: { put: intakeOf() } }]);
      await ports.log.commit([{ ...second, intake: { put: intakeOf('order-1', 2) } }]);
      expect(await ports.intakes.load(key)).toEqual(intakeOf('order-1', 2));
      const third = makeChange({ before: second.head });
      await ports.log.commit([{ ...third, intake: { remove: true } }]);
      expect(await ports.intakes.load(key)).toBeNull();
    });

    it('S34: a change without intake leaves it alone', async () => {
      const first = makeChange();
      await ports.log.commit([{ ...first, intake: { put: intakeOf() } }]);
      await ports.log.commit([makeChange({ before: first.head })]);
      expect(await ports.intakes.load(key)).toEqual(intakeOf());
    });

    it('S34: pages through everything that is left to start, by key', async () => {
      const ids = ['c', 'a', 'e', 'b', 'd'];
      await ports.log.commit(ids.map((id) => ({ ...makeChange({ id }), intake: { put: intakeOf(id) } })));
      for (const limit of [1, 2, 5, 9]) {
        const found: string[] = [];
        let cursor: string | null = null;
        do {
          const page = await ports.intakes.pending(cursor, limit);
          found.push(...page.records.map(({ id }) => id));
          cursor = page.next;
        } while (cursor !== null);
        expect(found).toEqual(['a', 'b', 'c', 'd', 'e']);
      }
    });

    it('S26: an idempotency record ends at its time, and is its tenant’s alone', async () => {
      await ports.log.commit([{ ...makeChange(), idempotency: recordOf() }]);
      expect(await ports.intakes.findIdempotent('default', 'k1', farOff - 1)).toEqual(recordOf());
      expect(await ports.intakes.findIdempotent('default', 'k1', farOff)).toBeNull();
      expect(await ports.intakes.findIdempotent('other', 'k1', 1)).toBeNull();
      expect(await ports.intakes.findIdempotent('default', 'k2', 1)).toBeNull();
    });

    it('S26: of two starts at once under one idempotency key, one is taken and one conflicts', async () => {
      const rivals = ['order-1', 'order-2'].map((id) => ({
        ...makeChange({ id }),
        intake: { put: intakeOf(id) },
        idempotency: recordOf(id),
      }));
      expect(await ports.log.commit(rivals)).toEqual(['ok', 'conflict']);
      expect(await ports.log.load([{ ...key, id: 'order-2' }])).toEqual([null]);
      expect(await ports.intakes.load({ ...key, id: 'order-2' })).toBeNull();
      expect(await ports.intakes.findIdempotent('default', 'k1', 1)).toEqual(recordOf());
      const elsewhere = { ...makeChange({ id: 'order-3' }), idempotency: recordOf('order-3', 'other') };
      expect(await ports.log.commit([elsewhere])).toEqual(['ok']);
    });

    it('S26: after its time an idempotency key can be used again', async () => {
      await ports.log.commit([{ ...makeChange(), idempotency: { ...recordOf(), expiresAt: 1 } }]);
      expect(await ports.log.commit([{ ...makeChange({ id: 'b' }), idempotency: recordOf('b') }])).toEqual(['ok']);
      expect(await ports.intakes.findIdempotent('default', 'k1', 1)).toEqual(recordOf('b'));
    });
  });
}
