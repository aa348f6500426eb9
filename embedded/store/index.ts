import { closeSync, openSync, statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { Head } from '../../core/head.ts';
import type {
  Bindings,
  DeadLetters,
  Deliveries,
  Endpoints,
  Intakes,
  Keys,
  Log,
  LogKey,
  OnCommitted,
} from '../../core/ports.ts';
import { createBindings } from './bindings.ts';
import { noticeDamage } from './damage.ts';
import { createDeadLetters } from './dead-letters.ts';
import { createDeliveries } from './deliveries.ts';
import { createEndpoints } from './endpoints.ts';
import { type AlsoForget, createForgetRows } from './forget-rows.ts';
import { cacheHeads } from './head-cache.ts';
import { createHeadRows } from './head-rows.ts';
import { createIntakes } from './intakes.ts';
import { createKeys } from './keys.ts';
import { createCommit } from './log-commit.ts';
import { createLogReads } from './log-reads.ts';
import { findLostFrames, type LostFrames } from './lost-frames.ts';
import { migrate } from './migrations.ts';
import { createOutbox } from './outbox.ts';
import { renewEpochs } from './renew-epochs.ts';
import { createStats, type StoreStats } from './stats.ts';
import { systemTimer, type Timer } from './timer.ts';
import { createUpkeep, type UpkeepOptions, type UpkeepStep } from './upkeep/upkeep.ts';
import { createWriter, type GroupLimits, type OnGroup, type Writer } from './writer.ts';

export interface StoreOptions {
  /** Path of the database; ':memory:' for one that ends with the process. Its folder must exist. */
  readonly file: string;
  /** Epoch milliseconds; tells which idempotency records still hold. @default Date.now */
  readonly now?: () => number;
  /** @default setTimeout */
  readonly timer?: Timer;
  /** Told each time the listener rejects, before it is called again. @default nothing */
  readonly report?: (error: unknown) => void;
  /** Bounds of one group transaction. */
  readonly group?: GroupLimits;
  /** Told of every group transaction. @default nothing */
  readonly onGroup?: OnGroup;
  /**
   * Called inside each commit that forgets an execution, that lets its log expire, or that removes the marker of it.
   * @default nothing
   */
  readonly alsoForget?: AlsoForget;
}

export interface Store {
  readonly log: Log;
  /** What `log.load` answers for one key, at once: heads are in memory, or a read of less than 10 µs away. */
  readonly headNow: (key: LogKey) => Head | null;
  readonly intakes: Intakes;
  readonly bindings: Bindings;
  readonly deadLetters: DeadLetters;
  readonly keys: Keys;
  readonly endpoints: Endpoints;
  readonly deliveries: Deliveries;
  /** Every write of every port goes through it. */
  readonly writer: Writer;
  /**
   * Sets the one listener and begins to call it: first with what was committed and not answered before, in order, in
   * calls of at most 1,000 updates, never two at once. A call that rejects is repeated, after 100 ms, doubling up to
   * 10 s. Resolves once all that was left from before is answered.
   */
  start(onCommitted: OnCommitted): Promise<void>;
  /** Waits up to 5 s for a listener call under way, commits what is queued, and closes the database. */
  close(): Promise<void>;
  /**
   * Copies the rest of the WAL into the database between two commits, so that the next one begins the WAL anew. Never
   * waits for a reader. Meant for a rest that is small: the event loop stands still meanwhile.
   */
  checkpoint(): Promise<void>;
  /** What removes what time has made superfluous; somebody has to call it, again and again. */
  readonly upkeep: (options?: UpkeepOptions) => readonly UpkeepStep[];
  /** What SQLite, or whoever checks the file, said first of damage to it; null where nobody did. */
  readonly damage: () => string | null;
  readonly reportDamage: (finding: string) => void;
  /** What the WAL had lost when it was opened; null: nothing. */
  readonly lostFrames: LostFrames | null;
  /** Reads a few numbers; throws once the store is closed. */
  readonly stats: () => StoreStats;
}

/** How long another process may hold the database, for instance a backup. */
const busyMs = 5000;
const closeMs = 5000;
/** A WAL that grew beyond this, beside a long reader, is cut back to it when it begins anew. */
const walBytes = 64 * 1024 * 1024;

/**
 * The ports on one SQLite file, for one process. Throws when the file cannot be opened, belongs to another program, or
 * was written by a newer version of this one.
 */
export function openStore({
  file,
  now = Date.now,
  timer = systemTimer,
  report = () => {},
  group,
  onGroup,
  alsoForget = () => {},
}: StoreOptions): Store {
  const wal = `${file}-wal`;
  if (file !== ':memory:') {
    refuseLoneWal(file, wal);
    // It holds webhook secrets. SQLite gives its companion files (-wal, -shm) the same mode.
    closeSync(openSync(file, 'a', 0o600));
  }
  const lostFrames = file === ':memory:' ? null : findLostFrames(wal);
  const db = new DatabaseSync(file, { timeout: busyMs });
  let damage: string | null = null;
  const reportDamage = (finding: string): void => {
    damage ??= finding;
  };
  noticeDamage(db, (error) => reportDamage(error.message));
  try {
    // FULL: a commit survives a power cut, which in WAL mode NORMAL does not promise (sqlite.org/pragma.html).
    db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA journal_size_limit = ${walBytes}`);
    migrate(db, file);
    renewEpochs(db);
    // What lies behind the damage would look lost anew at every start.
    if (lostFrames !== null) db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  } catch (error) {
    db.close();
    throw error;
  }
  const writer = createWriter(db, group, onGroup);
  const outbox = createOutbox(db, writer, timer, report);
  const intakes = createIntakes(db, now);
  const stats = createStats(db);
  const heads = cacheHeads(db, createHeadRows(db), writer);
  const forgetRows = createForgetRows(db, alsoForget);

  async function close(): Promise<void> {
    await outbox.stop(closeMs);
    // The last chance for the outbox's mark to be stored; without it the next start repeats a call.
    writer.write(() => {}).catch(report);
    writer.close();
    db.close();
  }
  let closing: Promise<void> | null = null;

  return {
    log: { ...createLogReads(db, heads), commit: createCommit(db, writer, outbox, intakes.rows, heads, forgetRows) },
    headNow: heads.load,
    intakes: intakes.port,
    bindings: createBindings(db, writer),
    deadLetters: createDeadLetters(db, writer),
    keys: createKeys(db, writer),
    endpoints: createEndpoints(db, writer, outbox),
    deliveries: createDeliveries(db, writer),
    writer,
    checkpoint() {
      const passive = db.prepare('PRAGMA wal_checkpoint(PASSIVE)');
      return new Promise((resolve, reject) => {
        const copy = (): void => {
          try {
            passive.get();
            resolve();
          } catch (error) {
            reject(error);
          }
        };
        // Not inside the work: SQLite makes no checkpoint within a transaction.
        writer.write(() => writer.afterCommit(copy)).catch(reject);
      });
    },
    upkeep: (options) => createUpkeep({ db, writer, outbox, heads, forgetRows }, options),
    damage: () => damage,
    reportDamage,
    lostFrames,
    stats: () => ({ outbox: outbox.stats(), ...stats() }),
    start: outbox.start,
    close() {
      closing ??= close();
      return closing;
    },
  };
}

/** SQLite would throw a WAL away whose database is gone, and with it what was committed last. */
function refuseLoneWal(file: string, wal: string): void {
  const bytesOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (bytesOf(file) > 0 || bytesOf(wal) === 0) return;
  throw new Error(`${file} is missing or empty, but ${wal} is there: restore the backup, or remove it to begin anew`);
}
