import type { DatabaseSync } from 'node:sqlite';
import { setImmediate } from 'node:timers';
import { isUnavailable } from '../../core/unavailable.ts';
import { writeError } from './write-errors.ts';

/** Counts since the store was opened. */
export interface WriterStats {
  /** Group transactions committed, hence fsyncs. */
  readonly commits: number;
  /** Works in them, including those that were undone alone. */
  readonly works: number;
  /** Group transactions that failed as a whole. */
  readonly failures: number;
  /** Works refused because the file could not be written (disk full, read-only). */
  readonly refused: number;
}

/** The one way to write. */
export interface Writer {
  /**
   * Runs `work` in the next group transaction, in call order; resolves with its result once that is durable. A work
   * that throws is undone alone. Rejects when the work throws, when the group cannot be committed (an `unavailable` error
   * where the disk is full or read-only), or when the store is closed; then nothing of it is stored. `work` must not wait
   * for anything.
   */
  write<T>(work: (db: DatabaseSync) => T): Promise<T>;
  readonly stats: WriterStats;
}

/** What the store's own parts use besides. */
export interface GroupWriter extends Writer {
  /** Called inside a work: runs `effect` right after the group's COMMIT; never when the work or the group is undone. */
  afterCommit(effect: () => void): void;
  /** Runs in every group transaction before COMMIT, so that lazy writes cost no fsync of their own. */
  beforeCommit(hook: () => void): void;
  /** Commits what is queued and refuses everything later. */
  close(): void;
}

export interface GroupLimits {
  /** Works in one transaction. @default 1000 */
  readonly maxWorks?: number;
  /** Milliseconds of works in one transaction: the event loop stands still meanwhile. @default 50 */
  readonly maxMs?: number;
}

/** Told of every group transaction that was committed: its works, and how long it took, fsync included. */
export type OnGroup = (works: number, durationMs: number) => void;

interface Queued {
  /** Does the work; answers how to acknowledge it. */
  readonly run: () => () => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * Group commit: all works queued in one turn of the event loop share one transaction and so one fsync. While that
 * fsync blocks, further requests pile up in the sockets and make up the next group, so groups grow with the load.
 */
export function createWriter(
  db: DatabaseSync,
  { maxWorks = 1000, maxMs = 50 }: GroupLimits = {},
  onGroup: OnGroup = () => {},
): GroupWriter {
  const begin = db.prepare('BEGIN IMMEDIATE');
  const commit = db.prepare('COMMIT');
  const save = db.prepare('SAVEPOINT work');
  const release = db.prepare('RELEASE work');
  const stats = { commits: 0, works: 0, failures: 0, refused: 0 };
  const hooks: (() => void)[] = [];
  const queue: Queued[] = [];
  let effects: (() => void)[] = [];
  let scheduled = false;
  let closed = false;

  function schedule(): void {
    if (scheduled || queue.length === 0) return;
    scheduled = true;
    setImmediate(() => {
      scheduled = false;
      commitGroup();
      schedule();
    });
  }

  function commitGroup(): void {
    if (queue.length === 0) return;
    const outcomes: (() => void)[] = [];
    let begun = 0;
    effects = [];
    const begunAt = performance.now();
    try {
      begin.run();
      const until = performance.now() + maxMs;
      for (const queued of queue) {
        if (begun > 0 && (begun >= maxWorks || performance.now() > until)) break;
        begun += 1;
        outcomes.push(runAlone(queued));
      }
      for (const hook of hooks) hook();
      commit.run();
    } catch (error) {
      giveUp(error, begun);
      return;
    }
    queue.splice(0, begun);
    stats.commits += 1;
    stats.works += begun;
    onGroup(begun, performance.now() - begunAt);
    for (const acknowledge of outcomes) acknowledge();
    for (const effect of effects) effect();
  }

  /** Nothing of the group is acknowledged. Where not even BEGIN worked, the group is what would have been in it. */
  function giveUp(error: unknown, begun: number): void {
    if (db.isTransaction) db.exec('ROLLBACK');
    stats.failures += 1;
    for (const { reject } of queue.splice(0, begun || maxWorks)) refuse(reject, error);
  }

  function refuse(reject: Queued['reject'], error: unknown): void {
    const reason = writeError(error);
    if (isUnavailable(reason)) stats.refused += 1;
    reject(reason);
  }

  function runAlone({ run, reject }: Queued): () => void {
    const effectsBefore = effects.length;
    save.run();
    try {
      const acknowledge = run();
      release.run();
      return acknowledge;
    } catch (error) {
      // SQLite itself gives the whole transaction up on some errors (disk full, I/O error, out of memory).
      if (!db.isTransaction) throw error;
      db.exec('ROLLBACK TO work; RELEASE work');
      effects.length = effectsBefore;
      return () => refuse(reject, error);
    }
  }

  return {
    stats,
    write<T>(work: (db: DatabaseSync) => T): Promise<T> {
      if (closed) return Promise.reject(new Error('The store is closed.'));
      return new Promise<T>((resolve, reject) => {
        queue.push({
          run: () => {
            const result = work(db);
            return () => resolve(result);
          },
          reject,
        });
        schedule();
      });
    },
    afterCommit: (effect) => void effects.push(effect),
    beforeCommit: (hook) => void hooks.push(hook),
    close() {
      closed = true;
      while (queue.length > 0) commitGroup();
    },
  };
}
