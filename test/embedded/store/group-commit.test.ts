import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { createWriter, type GroupWriter } from '../../../embedded/store/writer.ts';
import { makeChange } from '../../support/make-update.ts';
import { openFileStore, untimed } from '../../support/sqlite-ports.ts';

function openWriter(maxWorks?: number): { db: DatabaseSync; writer: GroupWriter; values: () => number[] } {
  const db = new DatabaseSync(':memory:');
  db.exec('CREATE TABLE t (v INTEGER UNIQUE)');
  const values = () => (db.prepare('SELECT v FROM t ORDER BY rowid').all() as { v: number }[]).map(({ v }) => v);
  return { db, writer: createWriter(db, { ...untimed, ...(maxWorks === undefined ? {} : { maxWorks }) }), values };
}

const insert = (v: number) => (db: DatabaseSync) => db.prepare('INSERT INTO t VALUES (?)').run(v).changes;

describe('group commit', () => {
  it('S33: many writes of one turn share one COMMIT', async () => {
    const store = await openFileStore();
    const { commits } = store.writer.stats;
    const calls = Array.from({ length: 500 }, (_, n) => store.log.commit([makeChange({ id: `x${n}` })]));
    const key = { id: 'k', secretHash: '', tenant: 't', scopes: [], createdAt: 1, label: '' };
    await Promise.all([...calls, store.keys.put(key)]);
    expect(store.writer.stats.commits - commits).toBe(1);
    expect(store.writer.stats.works).toBeGreaterThanOrEqual(501);
    await store.close();
  });

  it('runs works in call order and answers each its own result', async () => {
    const { writer, values } = openWriter();
    const results = await Promise.all([3, 1, 2].map((v) => writer.write((db) => [insert(v)(db), v])));
    expect(results).toEqual([
      [1, 3],
      [1, 1],
      [1, 2],
    ]);
    expect(values()).toEqual([3, 1, 2]);
    expect(writer.stats).toEqual({ commits: 1, works: 3, failures: 0, refused: 0 });
  });

  it('bounds the works of one group; the rest follows, in order', async () => {
    const { writer, values } = openWriter(10);
    await Promise.all(Array.from({ length: 25 }, (_, v) => writer.write(insert(v))));
    expect(writer.stats.commits).toBe(3);
    expect(values()).toEqual(Array.from({ length: 25 }, (_, v) => v));
  });

  it('bounds the time of one group: slow works do not wait for one another’s acknowledgement', async () => {
    const { db } = openWriter();
    const writer = createWriter(db, { maxMs: -1 });
    await Promise.all([1, 2, 3].map((v) => writer.write(insert(v))));
    expect(writer.stats.commits).toBe(3);
  });

  it('G10: a work that throws is undone alone and rejects its own promise', async () => {
    const { writer, values } = openWriter();
    const answers = await Promise.allSettled([
      writer.write(insert(1)),
      writer.write((db) => {
        insert(2)(db);
        throw new Error('changed my mind');
      }),
      writer.write(insert(1)),
      writer.write(insert(3)),
    ]);
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled']);
    expect(answers[1]).toMatchObject({ reason: { message: 'changed my mind' } });
    expect(values()).toEqual([1, 3]);
  });

  it('G1: where SQLite gives the whole transaction up in the middle, all of the group reject with its reason', async () => {
    const { writer, values } = openWriter();
    await writer.write(insert(1));
    const answers = await Promise.allSettled([
      writer.write(insert(2)),
      writer.write((db) => db.exec('INSERT OR ROLLBACK INTO t VALUES (1)')),
    ]);
    const rejected = { status: 'rejected', reason: { message: expect.stringContaining('UNIQUE') } };
    expect(answers).toMatchObject([rejected, rejected]);
    await writer.write(insert(3));
    expect(values()).toEqual([1, 3]);
  });

  it('an effect of a work that was undone does not happen', async () => {
    const { writer } = openWriter();
    const effects: string[] = [];
    const undone = writer.write(() => {
      writer.afterCommit(() => effects.push('undone'));
      throw new Error('no');
    });
    const done = writer.write(() => writer.afterCommit(() => effects.push('done')));
    await Promise.allSettled([undone, done]);
    expect(effects).toEqual(['done']);
  });

  it('a write made inside a work or after a result goes into a later group', async () => {
    const { writer, values } = openWriter();
    const inner = await writer.write((db) => {
      insert(1)(db);
      return { promise: writer.write(insert(2)) };
    });
    await inner.promise;
    await writer.write(insert(3));
    expect(values()).toEqual([1, 2, 3]);
  });

  it('refuses writes after close and commits those before it', async () => {
    const { writer, values } = openWriter();
    const before = writer.write(insert(1));
    writer.close();
    await expect(writer.write(insert(2))).rejects.toThrow('closed');
    expect(await before).toBe(1);
    expect(values()).toEqual([1]);
  });
});
