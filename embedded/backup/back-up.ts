import { chmodSync, copyFileSync, existsSync, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { backup, DatabaseSync } from 'node:sqlite';
import { examineFile } from '../doctor/examine.ts';
import { openStore } from '../store/index.ts';
import { markAsCopy } from '../store/renew-epochs.ts';

export interface BackUpOptions {
  /** A data folder; its service may run. */
  readonly from: string;
  /** Made here; must not exist. */
  readonly to: string;
  /** Epoch milliseconds. */
  readonly now: number;
  /** Told now and then: pages copied, pages in all. @default nothing */
  readonly onProgress?: (done: number, total: number) => void;
}

const database = 'statuswire.db';
/** Without them the tokens and the first key of the original would not be good for the copy. */
const secrets = ['token-secret', 'api-key'];
/** Pages copied at a time; between two of them progress is told. */
const pagesAtOnce = 1_000;

/**
 * Copies a data folder: the database as of one moment, and the secrets. Checks the copy and opens it once before it
 * takes its name, so what is there under that name is whole. Answers the size of the database in bytes. Rejects, and
 * leaves nothing, when `to` exists, `from` has no database, or the copy is not sound.
 */
export async function backUp({ from, to, now, onProgress = () => {} }: BackUpOptions): Promise<number> {
  const source = join(from, database);
  if (!existsSync(source)) throw new Error(`there is no ${source}`);
  if (existsSync(to)) throw new Error(`${to} exists already; name a folder that does not`);
  const partial = `${to}.partial-${process.pid}`;
  mkdirSync(partial, { mode: 0o700 });
  try {
    const copy = join(partial, database);
    // Made here, because SQLite would let others read it.
    writeFileSync(copy, '', { mode: 0o600, flag: 'wx' });
    await copyDatabase(source, copy, onProgress);
    for (const name of secrets) {
      if (!existsSync(join(from, name))) continue;
      copyFileSync(join(from, name), join(partial, name));
      chmodSync(join(partial, name), 0o600);
    }
    await check(copy, now);
    renameSync(partial, to);
    return statSync(join(to, database)).size;
  } catch (error) {
    rmSync(partial, { recursive: true, force: true });
    throw error;
  }
}

/**
 * SQLite's online backup begins anew whenever another process has written. An open read transaction keeps the snapshot,
 * so that it comes to an end beside a busy service; meanwhile the WAL of the original grows.
 */
async function copyDatabase(
  source: string,
  copy: string,
  onProgress: (done: number, total: number) => void,
): Promise<void> {
  const db = new DatabaseSync(source, { readOnly: true });
  try {
    db.exec('BEGIN');
    // A transaction has its snapshot from its first read on.
    db.prepare('SELECT count(*) FROM sqlite_schema').get();
    await backup(db, copy, {
      rate: pagesAtOnce,
      progress: ({ totalPages, remainingPages }) => onProgress(totalPages - remainingPages, totalPages),
    });
  } finally {
    db.close();
  }
}

async function check(copy: string, now: number): Promise<void> {
  const db = new DatabaseSync(copy);
  try {
    const [finding] = examineFile(db);
    if (finding) throw new Error(`the copy is not sound: ${finding.problem}; run "statuswire doctor" on the original`);
  } finally {
    db.close();
  }
  await openStore({ file: copy }).close();
  const opened = new DatabaseSync(copy);
  try {
    markAsCopy(opened, now);
  } finally {
    opened.close();
  }
}
