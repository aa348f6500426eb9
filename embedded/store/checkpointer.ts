import type { DatabaseSync } from 'node:sqlite';

export interface CheckpointLimits {
  /** Pages in the WAL and not in the database before they are copied under load. @default 1000 (4 MB) */
  readonly copyPages?: number;
  /** Pages in the WAL before the writer is asked to finish, so that it begins anew. @default 8000 (32 MB) */
  readonly finishPages?: number;
}

/** What `PRAGMA wal_checkpoint` answers (sqlite.org/pragma.html#pragma_wal_checkpoint). */
interface WalState {
  /** Pages in the WAL. */
  readonly log: number;
  /** Of these, copied to the database. */
  readonly checkpointed: number;
}

/**
 * One look at the WAL: copies what is due, beside readers and the writer (PASSIVE). `db` is a connection of its own.
 * Answers `finish` when the WAL is large and nearly copied: under steady writes a copy from outside never reaches the
 * end, so the WAL would grow for ever; the writer has to copy the last few pages itself, between two commits.
 * @param sync Waits until what was copied is on the disk.
 */
export function createCheckpointer(
  db: DatabaseSync,
  sync: () => void,
  { copyPages = 1000, finishPages = 8000 }: CheckpointLimits = {},
): () => 'wait' | 'finish' {
  // NOOP only answers the numbers.
  const noop = db.prepare('PRAGMA wal_checkpoint(NOOP)');
  const passive = db.prepare('PRAGMA wal_checkpoint(PASSIVE)');
  const dataVersion = db.prepare('PRAGMA data_version');
  let lastVersion: unknown = null;

  const leftOf = ({ log, checkpointed }: WalState): number => log - checkpointed;
  const state = (): WalState => noop.get() as unknown as WalState;

  return () => {
    const before = state();
    const version = dataVersion.get()?.data_version;
    const idle = version === lastVersion;
    lastVersion = version;
    const large = before.log >= finishPages;
    if (leftOf(before) === 0 || !(idle || large || leftOf(before) >= copyPages)) return 'wait';
    passive.get();
    if (!large) return 'wait';
    // SQLite itself syncs only a copy that reached the end, so that would be left to the writer, too.
    sync();
    // What came meanwhile is little: a second copy leaves less still.
    passive.get();
    const left = leftOf(state());
    // Much left means that a reader stands in the way; the writer could not do it either.
    return left > 0 && left < copyPages ? 'finish' : 'wait';
  };
}
