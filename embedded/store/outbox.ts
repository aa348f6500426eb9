import type { DatabaseSync } from 'node:sqlite';
import type { Update } from '../../core/contract.ts';
import type { LogKey, OnCommitted } from '../../core/ports.ts';
import { createPurge } from './purge.ts';
import { pauseAfter } from './slice.ts';
import type { StoreStats } from './stats.ts';
import type { Timer } from './timer.ts';
import type { GroupWriter } from './writer.ts';

/** Updates in one call of the listener. */
const callSize = 1000;
/** Updates kept in memory for a slow listener; what exceeds it is read back from the database. */
const memorySize = 10_000;
const firstRetryMs = 100;
const lastRetryMs = 10_000;
/** After so long without a commit to ride in, the mark gets one of its own. */
const idleMs = 250;

export interface Outbox {
  /** Number of the next update in the order of commit. */
  nextNumber(): number;
  /** Number of the newest update, of works before this one in its group, too. */
  last(): number;
  /** Called inside a work that stored these updates, numbered from `first` on. */
  added(first: number, updates: readonly Update[]): void;
  /** Number of the last update that the listener has answered; what is above it must not be removed. */
  delivered(): number;
  /** Called inside a work: updates of other epochs of this log go once they are delivered. '' lets all of them go. */
  supersede(key: LogKey, epoch: string): void;
  /** Sets the one listener; resolves once it has answered everything that was left from before. */
  start(listener: OnCommitted): Promise<void>;
  /** No further call; resolves when the one under way has ended, after `boundMs` at the latest. */
  stop(boundMs: number): Promise<void>;
  readonly stats: () => StoreStats['outbox'];
}

interface Entry {
  readonly n: number;
  readonly update: Update;
}

/**
 * Hands committed updates to the listener, strictly one call after the other and in the order of commit. The mark, the
 * number of the last update answered, is what is stored, lazily: a crash repeats the calls above it.
 */
export function createOutbox(
  db: DatabaseSync,
  writer: GroupWriter,
  timer: Timer,
  report: (error: unknown) => void,
): Outbox {
  const selectAfter = db.prepare('SELECT n, json FROM updates WHERE n > ? ORDER BY n LIMIT ?');
  const setMark = db.prepare('UPDATE outbox SET mark = max(mark, ?)');
  const selectNewest = db.prepare('SELECT max(n) AS n FROM updates');
  const newestStored = (): number => Number(selectNewest.get()?.n ?? 0);
  const purge = createPurge(db);

  let delivered = Number(db.prepare('SELECT mark FROM outbox').get()?.mark);
  let stored = delivered;
  let last = Math.max(delivered, newestStored());
  /** The newest that is stored for good; numbers of a group that was undone are never used again. */
  let committed = last;
  let purging = true;

  let listener: OnCommitted | null = null;
  const pending: Entry[] = [];
  /** There is more in the database than in `pending`: true until the listener has caught up once. */
  let behind = true;
  let draining: Promise<void> | null = null;
  let stopped = false;
  let endPause = (): void => {};
  let cancelIdle: (() => void) | null = null;
  const reached: { readonly n: number; readonly resolve: () => void }[] = [];

  writer.beforeCommit(() => {
    const mark = delivered;
    if (mark === stored) return;
    setMark.run(mark);
    writer.afterCommit(() => {
      stored = mark;
    });
  });

  function settleWhenIdle(ms = idleMs): void {
    if (stopped || cancelIdle !== null) return;
    cancelIdle = timer(ms, () => {
      cancelIdle = null;
      // Failing, it leaves the mark where it was: the worst is a repeated call after the next start.
      if (!stopped && (delivered > stored || purging)) writer.write(settle).catch(report);
    });
  }

  /** Removing old logs has its own commits, with pauses: no commit of somebody else's carries it. */
  function settle(): void {
    if (!purging) return;
    const since = performance.now();
    // The mark is stored by this very transaction.
    const { more } = purge.upTo(delivered);
    writer.afterCommit(() => {
      purging = more || purge.isPlanned();
      if (more) settleWhenIdle(pauseAfter(performance.now() - since));
    });
  }

  function nextBatch(): readonly Entry[] {
    if (pending.length > 0) return pending.splice(0, callSize);
    if (!behind) return [];
    const rows = selectAfter.all(delivered, callSize) as { n: number; json: string }[];
    behind = rows.length === callSize;
    return rows.map(({ n, json }) => ({ n, update: JSON.parse(json) }));
  }

  async function drain(call: OnCommitted): Promise<void> {
    let failures = 0;
    let batch: readonly Entry[] = [];
    while (!stopped) {
      try {
        if (batch.length === 0) batch = nextBatch();
        const newest = batch.at(-1);
        if (newest === undefined) break;
        await call(batch.map(({ update }) => update));
        failures = 0;
        batch = [];
        answered(newest.n);
      } catch (error) {
        report(error);
        await pause(Math.min(firstRetryMs * 2 ** failures, lastRetryMs));
        failures += 1;
      }
    }
    draining = null;
  }

  function answered(n: number): void {
    delivered = n;
    settleWhenIdle();
    for (const waiting of reached.splice(0)) {
      if (waiting.n <= n) waiting.resolve();
      else reached.push(waiting);
    }
  }

  function pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = timer(ms, resolve);
      endPause = () => {
        cancel();
        resolve();
      };
      if (stopped) endPause();
    });
  }

  function wakeUp(): void {
    // A microtask later, so that the commits' own promises, resolved just now, come first.
    if (listener !== null && draining === null && !stopped) draining = Promise.resolve(listener).then(drain);
  }

  return {
    nextNumber: () => {
      last += 1;
      return last;
    },
    last: () => last,
    delivered: () => delivered,
    added(first, updates) {
      writer.afterCommit(() => {
        committed = first + updates.length - 1;
        if (behind || pending.length + updates.length > memorySize) behind = true;
        else pending.push(...updates.map((update, index) => ({ n: first + index, update })));
        wakeUp();
      });
    },
    supersede(key, epoch) {
      purge.plan(last, key, epoch);
      writer.afterCommit(() => {
        purging = true;
        settleWhenIdle();
      });
    },
    start(onCommitted) {
      if (listener !== null) return Promise.reject(new Error('The store has its listener already.'));
      listener = onCommitted;
      const n = newestStored();
      wakeUp();
      return delivered >= n ? Promise.resolve() : new Promise((resolve) => void reached.push({ n, resolve }));
    },
    async stop(boundMs) {
      stopped = true;
      cancelIdle?.();
      endPause();
      if (draining !== null) {
        const bound = Promise.withResolvers<void>();
        const cancel = timer(boundMs, bound.resolve);
        await Promise.race([draining, bound.promise]);
        cancel();
      }
      for (const { resolve } of reached.splice(0)) resolve();
    },
    stats() {
      const waiting = Math.max(0, committed - delivered);
      const [first] = waiting > 0 ? (selectAfter.all(delivered, 1) as { json: string }[]) : [];
      const oldest = first ? (JSON.parse(first.json) as Update) : null;
      return { behind: waiting, oldestAt: oldest ? Date.parse(oldest.recordedAt) : null };
    },
  };
}
