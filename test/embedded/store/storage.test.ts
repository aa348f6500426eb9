import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LogPage } from '../../../core/ports.ts';
import { openStore, type Store } from '../../../embedded/store/index.ts';
import { epochOf, makeChange } from '../../support/make-update.ts';

const key = { workflow: 'orders', id: 'order-1' };
const seqs = (page: LogPage) => (page.type === 'page' ? page.updates.map(({ seq }) => seq) : page.type);

describe('what is in the tables', () => {
  let store: Store;
  beforeEach(() => {
    store = openStore({ file: ':memory:', now: () => 1000 });
  });
  afterEach(() => store.close());
  const run = (sql: string) => store.writer.write((db) => db.exec(sql));
  const read = (seq: number) => store.log.read(key, { epoch: epochOf(1), seq }, 100, 1e9);

  it('S4, S20: a log trimmed from the front says so to readers that are behind', async () => {
    await store.log.commit([makeChange({ count: 6 })]);
    await run('DELETE FROM updates WHERE seq <= 3');
    expect([seqs(await read(0)), seqs(await read(2)), seqs(await read(3))]).toEqual(['trimmed', 'trimmed', [4, 5, 6]]);
    await run('DELETE FROM updates');
    expect([seqs(await read(3)), seqs(await read(6))]).toEqual(['trimmed', []]);
  });

  it('G4: a page never steps over a hole', async () => {
    await store.log.commit([makeChange({ count: 6 })]);
    await run('DELETE FROM updates WHERE seq = 4');
    expect(await read(2)).toMatchObject({ updates: [{ seq: 3 }], more: true });
    expect(await read(3)).toEqual({ type: 'trimmed' });
  });

  it('S26: expired idempotency records go as new ones come', async () => {
    const record = (n: number, expiresAt: number) => ({
      ...makeChange({ id: `x${n}` }),
      idempotency: { ...key, id: `x${n}`, tenant: 't', idempotencyKey: `k${n}`, fingerprint: 'f', expiresAt },
    });
    await store.log.commit(Array.from({ length: 10 }, (_, n) => record(n, 1001)));
    await run('UPDATE idempotency SET expires_at = 1000');
    await store.log.commit(Array.from({ length: 5 }, (_, n) => record(100 + n, 2000)));
    const rows = await store.writer.write((db) => db.prepare('SELECT expires_at FROM idempotency').all());
    expect(rows).toEqual(Array.from({ length: 5 }, () => ({ expires_at: 2000 })));
  });
});
