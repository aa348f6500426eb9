import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LogPage } from '../../core/ports.ts';
import { epochOf, makeChange } from '../support/make-update.ts';
import type { OpenedPorts, OpenPorts } from './opened.ts';

const key = { workflow: 'orders', id: 'order-1' };
const epoch = epochOf(1);
const seqs = (page: LogPage) => (page.type === 'page' ? page.updates.map(({ seq }) => seq) : page.type);

/** `read`: contiguous pages after a position (S20, S33). */
export function logReadSuite(name: string, open: OpenPorts): void {
  describe(`Log.read on ${name}`, () => {
    let ports: OpenedPorts;
    const change = makeChange({ count: 7 });
    beforeEach(async () => {
      ports = await open();
      await ports.log.commit([change]);
    });
    afterEach(() => ports.close());

    it('S20: pages by limit, whole and in order', async () => {
      const first = await ports.log.read(key, { epoch, seq: 0 }, 3, 1e9);
      expect(first).toEqual({ type: 'page', updates: change.updates.slice(0, 3), more: true });
      const second = await ports.log.read(key, { epoch, seq: 3 }, 3, 1e9);
      expect([seqs(second), second]).toMatchObject([[4, 5, 6], { more: true }]);
      const third = await ports.log.read(key, { epoch, seq: 6 }, 3, 1e9);
      expect([seqs(third), third]).toMatchObject([[7], { more: false }]);
    });

    it('S20: says that nothing more follows when a page ends exactly at the head', async () => {
      expect(await ports.log.read(key, { epoch, seq: 4 }, 3, 1e9)).toMatchObject({ more: false });
    });

    it('S20: pages by bytes of UTF-8, but always gives one update', async () => {
      const wide = makeChange({ id: 'wide', count: 4, update: { state: '§'.repeat(1000) } });
      await ports.log.commit([wide]);
      const size = Buffer.byteLength(JSON.stringify(wide.updates[0]));
      const read = (maxBytes: number) => ports.log.read({ ...key, id: 'wide' }, { epoch, seq: 0 }, 100, maxBytes);
      expect(seqs(await read(size * 2))).toEqual([1, 2]);
      expect(seqs(await read(size * 2 - 1))).toEqual([1]);
      expect(await read(1)).toMatchObject({ updates: [{ seq: 1 }], more: true });
    });

    it('S20: an empty page at the head', async () => {
      expect(await ports.log.read(key, { epoch, seq: 7 }, 10, 1e9)).toEqual({ type: 'page', updates: [], more: false });
    });

    it('S20: trimmed for another epoch, for a position beyond the head, and for an unknown execution', async () => {
      expect(await ports.log.read(key, { epoch: epochOf(0), seq: 2 }, 10, 1e9)).toEqual({ type: 'trimmed' });
      expect(await ports.log.read(key, { epoch, seq: 8 }, 10, 1e9)).toEqual({ type: 'trimmed' });
      expect(await ports.log.read({ ...key, id: 'none' }, { epoch, seq: 0 }, 10, 1e9)).toEqual({ type: 'trimmed' });
    });

    it('G6: a read right after a commit sees it', async () => {
      const next = makeChange({ before: change.head });
      await ports.log.commit([next]);
      expect(seqs(await ports.log.read(key, { epoch, seq: 7 }, 10, 1e9))).toEqual([8]);
    });
  });
}
