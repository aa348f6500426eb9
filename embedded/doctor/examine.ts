import { DatabaseSync } from 'node:sqlite';
import { findLostFrames } from '../store/lost-frames.ts';
import { migrations } from '../store/migrations.ts';
import type { Finding } from './finding.ts';
import { examineLogs, examineStrays } from './logs.ts';
import { examineDeliveries, examineIntakes, examineOutbox, examineRuns } from './rest.ts';

/**
 * Looks through a whole database for what contradicts itself, over one snapshot and without writing, also while the
 * service runs. Throws when the file cannot be read or is of another version of the program.
 */
export function* examine(file: string): Generator<Finding> {
  yield* examineWal(file);
  const db = new DatabaseSync(file, { readOnly: true });
  try {
    const version = Number(db.prepare('PRAGMA user_version').get()?.user_version);
    if (version !== migrations.length) {
      throw new Error(
        `${file} has schema version ${version}, this program ${migrations.length}: start the service once.`,
      );
    }
    db.exec('BEGIN');
    yield* examineFile(db);
    yield* examineLogs(db);
    yield* examineStrays(db);
    yield* examineOutbox(db);
    yield* examineDeliveries(db);
    yield* examineIntakes(db);
    yield* examineRuns(db);
  } finally {
    db.close();
  }
}

/** Commits that a damaged WAL holds and SQLite takes no more. */
function* examineWal(file: string): Generator<Finding> {
  const lost = findLostFrames(`${file}-wal`);
  if (lost === null) return;
  const problem = `after ${lost.kept} frames one is damaged, and the ${lost.commits} commits behind it are lost`;
  yield { check: 'wal', key: null, problem };
}

/** What SQLite finds wrong with its own structures. */
export function* examineFile(db: DatabaseSync): Generator<Finding> {
  for (const row of db.prepare('PRAGMA integrity_check').iterate()) {
    if (row.integrity_check !== 'ok') yield { check: 'file', key: null, problem: String(row.integrity_check) };
  }
}
