import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Status } from '../../core/contract.ts';
import type { Head } from '../../core/head.ts';
import type { ListFilter } from '../../core/ports.ts';
import { epochOf, makeChange } from '../support/make-update.ts';
import type { OpenedPorts, OpenPorts } from './opened.ts';

/** `list` and `open`: pages over executions (S33). */
export function logListSuite(name: string, open: OpenPorts): void {
  describe(`Log.list and open on ${name}`, () => {
    let ports: OpenedPorts;
    beforeEach(async () => {
      ports = await open();
    });
    afterEach(() => ports.close());

    async function add(n: number, workflow = 'orders', status: Status = 'RUNNING', tenant = 'default'): Promise<void> {
      const update = { workflow, status, tenant, epoch: epochOf(n) };
      await ports.log.commit([makeChange({ id: `x${n}`, count: 2, update })]);
    }

    async function listAll(tenant: string, filter: ListFilter = {}, limit = 100): Promise<string[]> {
      const ids: string[] = [];
      let cursor: string | null = null;
      do {
        const page = await ports.log.list(tenant, filter, cursor, limit, 1000);
        expect(page.updates.length).toBeLessThanOrEqual(limit);
        ids.push(...page.updates.map(({ id }) => id));
        cursor = page.next;
      } while (cursor !== null);
      return ids;
    }

    it('S33: lists last updates, newest log first, by page', async () => {
      for (const n of [3, 1, 5, 2, 4]) await add(n);
      for (const limit of [1, 2, 5, 6]) {
        expect(await listAll('default', {}, limit)).toEqual(['x5', 'x4', 'x3', 'x2', 'x1']);
      }
      expect((await ports.log.list('default', {}, null, 1, 1000)).updates).toMatchObject([{ id: 'x5', seq: 2 }]);
      expect((await ports.log.list('default', {}, null, 5, 1000)).next).toBeNull();
    });

    it('S33: executions with one epoch are all listed, once', async () => {
      const changes = ['a', 'b', 'c', 'd'].flatMap((id) => [
        makeChange({ id }),
        makeChange({ id, update: { workflow: 'returns' } }),
      ]);
      await ports.log.commit(changes);
      expect((await listAll('default', {}, 3)).sort()).toEqual(['a', 'a', 'b', 'b', 'c', 'c', 'd', 'd']);
    });

    it('S33: an update of an old log does not move it to the front', async () => {
      const old = makeChange({ id: 'x1' });
      await ports.log.commit([old]);
      await add(2);
      await ports.log.commit([makeChange({ before: old.head })]);
      expect(await listAll('default')).toEqual(['x2', 'x1']);
    });

    it('S33: filters by workflow, by status, by both, following every change of status', async () => {
      await add(1, 'orders', 'FAILED');
      await add(2, 'returns', 'FAILED');
      await add(3, 'orders', 'RUNNING');
      const before = makeChange({ id: 'x4', update: { epoch: epochOf(4), status: 'FAILED' } });
      await ports.log.commit([before]);
      await ports.log.commit([makeChange({ before: before.head, update: { status: 'RUNNING' } })]);
      expect(await listAll('default', { workflow: 'orders' }, 2)).toEqual(['x4', 'x3', 'x1']);
      expect(await listAll('default', { status: 'FAILED' }, 1)).toEqual(['x2', 'x1']);
      expect(await listAll('default', { workflow: 'orders', status: 'RUNNING' }, 1)).toEqual(['x4', 'x3']);
      expect(await listAll('default', { workflow: 'none' })).toEqual([]);
    });

    it('G9: shows a tenant its own executions only, whatever the filter and cursor', async () => {
      for (const n of [1, 2, 3]) await add(n, 'orders', 'RUNNING', 'mine');
      for (const n of [4, 5, 6]) await add(n, 'orders', 'RUNNING', 'theirs');
      const foreign = (await ports.log.list('theirs', {}, null, 1, 1000)).next;
      for (const filter of [{}, { workflow: 'orders' }, { status: 'RUNNING' }]) {
        expect(await listAll('mine', filter, 1)).toEqual(['x3', 'x2', 'x1']);
        const { updates } = await ports.log.list('mine', filter, foreign, 10, 1000);
        expect(updates.map(({ tenant }) => tenant)).toEqual(['mine', 'mine', 'mine']);
      }
      expect(await listAll('')).toEqual([]);
    });

    it('S13: leaves out what has no owner or no update, S4: what was forgotten or has expired', async () => {
      await add(1);
      const others: Record<string, Partial<Head>> = {
        unowned: { tenant: null, last: null, seq: 0 },
        forgotten: { goneUntil: 5000, last: null },
        expired: { expiresAt: 1000 },
      };
      for (const [id, head] of Object.entries(others)) {
        await ports.log.commit([makeChange({ id, count: head.seq === 0 ? 0 : 1, head })]);
      }
      await ports.log.commit([
        makeChange({ id: 'empty', count: 0 }),
        makeChange({ id: 'z', head: { expiresAt: 1001 } }),
      ]);
      expect(await listAll('default')).toEqual(['z', 'x1']);
    });

    it('G9: a head that changes hands, or is forgotten, leaves the list although its last update is the same', async () => {
      const first = makeChange();
      const given = makeChange({ before: first.head, count: 0, head: { tenant: 'other' } });
      for (const change of [first, given]) await ports.log.commit([change]);
      expect([await listAll('default'), await listAll('other')]).toEqual([[], ['order-1']]);
      await ports.log.commit([
        makeChange({ before: given.head, count: 0, head: { tenant: 'other', goneUntil: 9e15 } }),
      ]);
      expect(await listAll('other')).toEqual([]);
    });

    it('S20: rejects a cursor that is not its own', async () => {
      for (const cursor of ['', 'x', 'bnVsbA', Buffer.from('[1,2,3]').toString('base64url')]) {
        await expect(ports.log.list('default', {}, cursor, 10, 0)).rejects.toThrow(RangeError);
      }
    });

    it('S33: open pages through what is due, oldest first', async () => {
      const due = { a: 30, b: 10, c: 20, d: 20, e: 41, f: null };
      for (const [id, dueAt] of Object.entries(due)) {
        await ports.log.commit([makeChange({ id, count: 0, head: { dueAt } })]);
      }
      for (const limit of [1, 2, 3, 10]) {
        const ids: string[] = [];
        let cursor: string | null = null;
        do {
          const page = await ports.log.open(40, cursor, limit);
          ids.push(...page.heads.map(({ id }) => id));
          cursor = page.next;
        } while (cursor !== null);
        expect(ids).toEqual(['b', 'c', 'd', 'a']);
      }
      expect((await ports.log.open(30, null, 10)).heads).toHaveLength(4);
      expect((await ports.log.open(9, null, 10)).heads).toEqual([]);
    });

    it('S33: a head that is due no more leaves the list of open ones', async () => {
      const held = makeChange({ count: 0, head: { dueAt: 10 } });
      await ports.log.commit([held]);
      const later = makeChange({ before: held.head, count: 0, head: { dueAt: 50 } });
      await ports.log.commit([later]);
      expect((await ports.log.open(49, null, 10)).heads).toEqual([]);
      await ports.log.commit([makeChange({ before: later.head, count: 0, head: { dueAt: null } })]);
      expect(await ports.log.open(100, null, 10)).toEqual({ heads: [], next: null });
    });
  });
}
