import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Head } from '../../core/head.ts';
import { epochOf, makeChange, makeHead, makeUpdate } from '../support/make-update.ts';
import type { OpenedPorts, OpenPorts } from './opened.ts';

const key = { workflow: 'orders', id: 'order-1' };

/** Heads and changes: what `load` and `commit` promise (S33). */
export function logSuite(name: string, open: OpenPorts): void {
  describe(`Log.commit and load on ${name}`, () => {
    let ports: OpenedPorts;
    beforeEach(async () => {
      ports = await open();
    });
    afterEach(() => ports.close());
    const load = async (id = 'order-1'): Promise<Head | null> => (await ports.log.load([{ ...key, id }]))[0] ?? null;
    const all = (epoch = epochOf(1), id = 'order-1') => ports.log.read({ ...key, id }, { epoch, seq: 0 }, 1000, 1e9);

    it('S33: answers heads in the order of the keys, null where none is stored', async () => {
      const b = makeChange({ id: 'b' });
      await ports.log.commit([makeChange({ id: 'a' }), b]);
      const heads = await ports.log.load(['b', 'none', 'a', 'b'].map((id) => ({ ...key, id })));
      expect(heads.map((head) => head?.id ?? null)).toEqual(['b', null, 'a', 'b']);
      expect(heads[0]).toEqual(b.head);
    });

    it('S33: keeps workflows of the same execution name apart', async () => {
      await ports.log.commit([makeChange(), makeChange({ update: { workflow: 'returns' } })]);
      const heads = await ports.log.load([key, { ...key, workflow: 'returns' }]);
      expect(heads.map((head) => head?.workflow)).toEqual(['orders', 'returns']);
    });

    it('S33: a change on another version than the stored one conflicts and leaves nothing', async () => {
      await ports.log.commit([makeChange()]);
      const first = await load();
      const stale = makeChange({ count: 2, update: { status: 'FAILED' } });
      const record = { ...key, tenant: 'default', idempotencyKey: 'k', fingerprint: 'f', expiresAt: 9e15 };
      const intake = { put: { ...key, tenant: 'default', intakeAttempt: 1, input: '{}', acceptedAt: 1 } };
      expect(await ports.log.commit([{ ...stale, intake, idempotency: record }])).toEqual(['conflict']);
      expect(await ports.log.commit([makeChange({ before: makeHead({ version: 7 }) })])).toEqual(['conflict']);
      expect(await load()).toEqual(first);
      expect(await all()).toMatchObject({ updates: [{ seq: 1, status: 'RUNNING' }], more: false });
      expect(await ports.intakes.load(key)).toBeNull();
      expect(await ports.intakes.findIdempotent('default', 'k', 0)).toBeNull();
    });

    it('S33: a head alone conflicts like one with updates', async () => {
      const first = makeChange();
      await ports.log.commit([first]);
      const rivals = [5, 6].map((dueAt) => makeChange({ before: first.head, count: 0, head: { dueAt } }));
      for (const [n, change] of rivals.entries()) {
        expect(await ports.log.commit([change])).toEqual([n === 0 ? 'ok' : 'conflict']);
      }
      expect((await load())?.dueAt).toBe(5);
    });

    it('S33: a conflict of one change does not touch the others of the call', async () => {
      await ports.log.commit([makeChange({ id: 'taken' })]);
      const answers = await ports.log.commit(['a', 'taken', 'b'].map((id) => makeChange({ id })));
      expect(answers).toEqual(['ok', 'conflict', 'ok']);
      expect([await load('a'), await load('b')]).toMatchObject([{ seq: 1 }, { seq: 1 }]);
    });

    it('S33: two changes of one key in one call: the second must expect what the first wrote', async () => {
      const first = makeChange();
      expect(await ports.log.commit([first, makeChange()])).toEqual(['ok', 'conflict']);
      const second = makeChange({ before: first.head });
      expect(await ports.log.commit([second, makeChange({ before: second.head })])).toEqual(['ok', 'ok']);
      expect((await load())?.seq).toBe(3);
    });

    it('S33: of 20 writers at once exactly one succeeds per version', async () => {
      let head: Head | null = null;
      for (let version = 1; version <= 5; version++) {
        const rivals = Array.from({ length: 20 }, (_, n) =>
          makeChange({ before: head, update: { state: `writer ${n}` } }),
        );
        const answers = (await Promise.all(rivals.map((change) => ports.log.commit([change])))).flat();
        expect(answers.filter((answer) => answer === 'ok')).toHaveLength(1);
        head = await load();
        expect(head?.last?.state).toBe(`writer ${answers.indexOf('ok')}`);
      }
      expect(await all()).toMatchObject({ updates: [1, 2, 3, 4, 5].map((seq) => ({ seq })), more: false });
    });

    it('S33: stores a head without updates, as held facts need it', async () => {
      const held = makeChange({ count: 0, head: { tenant: null, dueAt: 5 } });
      expect(await ports.log.commit([held])).toEqual(['ok']);
      expect(await load()).toEqual(held.head);
      expect(await all()).toEqual({ type: 'page', updates: [], more: false });
    });

    it('S33: takes 99 updates in a change and refuses 100 as a mistake of the program', async () => {
      await expect(ports.log.commit([makeChange({ id: 'many', count: 100 })])).rejects.toThrow('at most 99');
      expect(await load('many')).toBeNull();
      expect(await ports.log.commit([makeChange({ count: 99 })])).toEqual(['ok']);
      expect((await load())?.seq).toBe(99);
    });

    it('S33: refuses what contradicts itself: a gap, a repeated seq, a version or a name that does not fit', async () => {
      const change = makeChange({ count: 3 });
      const [one, two, three] = change.updates;
      if (!one || !two || !three) throw new Error('three updates');
      const wrong = [
        { ...change, updates: [one, three] },
        { ...change, updates: [one, two, two, three] },
        { ...change, updates: [one, two] },
        { ...change, updates: [two, three] },
        { ...change, updates: [one, two, { ...three, id: 'other' }] },
        { ...change, head: { ...change.head, version: 2 } },
        { ...change, head: { ...change.head, id: 'other' } },
      ];
      for (const each of wrong) await expect(ports.log.commit([each])).rejects.toThrow(RangeError);
      expect(await load()).toBeNull();
      expect(await ports.log.commit([change])).toEqual(['ok']);
      const gap = makeChange({ before: { ...change.head, seq: 4 } });
      await expect(ports.log.commit([gap])).rejects.toThrow(RangeError);
    });

    it('S2: a change may span two epochs; the new log begins at seq 1 and the old one is not readable any more', async () => {
      const first = makeChange({ count: 2 });
      await ports.log.commit([first]);
      const change = makeChange({ before: first.head, count: 2, update: { epoch: epochOf(2), tenant: 'other' } });
      const ofOld = makeUpdate({ seq: 3, status: 'ABORTED' });
      expect(await ports.log.commit([{ ...change, updates: [ofOld, ...change.updates] }])).toEqual(['ok']);
      expect(await all(epochOf(1))).toEqual({ type: 'trimmed' });
      expect(await all(epochOf(2))).toEqual({ type: 'page', updates: change.updates, more: false });
    });

    it('S4: a forgotten log keeps its marker and loses its updates', async () => {
      const first = makeChange({ count: 2 });
      await ports.log.commit([first]);
      const gone = { last: null, seq: 2, goneUntil: 99 };
      const forget = makeChange({ before: first.head, count: 0, head: gone });
      expect(await ports.log.commit([forget])).toEqual(['ok']);
      expect(await load()).toEqual(forget.head);
      expect((await ports.log.list('default', {}, null, 10, 0)).updates).toEqual([]);
      expect(await all()).toEqual({ type: 'trimmed' });
    });
  });
}
