import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStore } from '../../../embedded/store/index.ts';
import { type Migration, migrate, migrations } from '../../../embedded/store/migrations.ts';
import { makeChange } from '../../support/make-update.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'statuswire-'));
  file = join(folder, 'statuswire.db');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function inFile<T>(work: (db: DatabaseSync) => T): T {
  const db = new DatabaseSync(file);
  try {
    return work(db);
  } finally {
    db.close();
  }
}
const versionOf = (db: DatabaseSync) => db.prepare('PRAGMA user_version').get()?.user_version;

const addNote: Migration = (db) => db.exec(`ALTER TABLE bindings ADD COLUMN note TEXT NOT NULL DEFAULT 'none'`);
const fillNote: Migration = (db) => db.exec(`UPDATE bindings SET note = 'bound to ' || machine_arn`);
const broken: Migration = (db) => {
  db.exec('DELETE FROM bindings');
  throw new Error('cannot go on');
};

describe('migrations', () => {
  it('a file of version 1 comes to the newest version with what it holds', async () => {
    inFile((db) => {
      migrate(db, file, migrations.slice(0, 1));
      db.exec(`INSERT INTO bindings VALUES ('orders', 'arn:1')`);
    });
    const store = openStore({ file });
    expect(await store.bindings.bind('orders', 'arn:2')).toBe('arn:1');
    expect(await store.log.commit([makeChange()])).toEqual(['ok']);
    await store.close();
    inFile((db) => {
      expect(versionOf(db)).toBe(migrations.length);
      migrate(db, file, [...migrations, addNote, fillNote]);
      expect(versionOf(db)).toBe(migrations.length + 2);
      expect(db.prepare('SELECT note FROM bindings').get()).toEqual({ note: 'bound to arn:1' });
    });
  });

  it('steps that were taken are not taken again', () => {
    inFile((db) => {
      migrate(db, file, [...migrations, addNote]);
      expect(() => migrate(db, file, [...migrations, addNote])).not.toThrow();
      expect(versionOf(db)).toBe(migrations.length + 1);
    });
  });

  it('a step that fails is undone whole, the steps before it stay', () => {
    inFile((db) => {
      migrate(db, file);
      db.exec(`INSERT INTO bindings VALUES ('orders', 'arn:1')`);
      expect(() => migrate(db, file, [...migrations, addNote, broken])).toThrow('cannot go on');
      expect(versionOf(db)).toBe(migrations.length + 1);
      expect(db.prepare('SELECT count(*) AS count FROM bindings').get()).toEqual({ count: 1 });
    });
  });

  it('a database of a newer program is refused with a sentence, and left alone', () => {
    inFile((db) => migrate(db, file, [...migrations, addNote]));
    expect(() => openStore({ file })).toThrow(
      `has schema version ${migrations.length + 1}, but this program knows only ${migrations.length}: ` +
        'it was written by a newer Statuswire.',
    );
    inFile((db) => expect(versionOf(db)).toBe(migrations.length + 1));
  });

  it('a database of another program is refused, and left alone', () => {
    inFile((db) => db.exec('CREATE TABLE theirs (a)'));
    expect(() => openStore({ file })).toThrow('a database of another program');
    inFile((db) => {
      expect(db.prepare('SELECT name FROM sqlite_schema').all()).toEqual([{ name: 'theirs' }]);
      db.exec('PRAGMA user_version = 1');
    });
    expect(() => openStore({ file })).toThrow('a database of another program');
  });
});
