import type { DatabaseSync } from 'node:sqlite';
import { isUnavailable } from '../../core/unavailable.ts';
import { systemTimer, type Timer } from '../store/timer.ts';
import type { Writer } from '../store/writer.ts';

export interface RecoveryOptions {
  readonly writer: Pick<Writer, 'write' | 'stats'>;
  /** Goes on with what an earlier process left, or what stopped because it could not be stored. May be called again. */
  readonly resume: () => Promise<void>;
  readonly onError: (error: unknown) => void;
  readonly onRecovered: () => void;
  /** @default setTimeout */
  readonly timer?: Timer;
  /** Milliseconds from one look to the next. @default 2_000 */
  readonly everyMs?: number;
}

export interface Recovery {
  /**
   * Resumes now, or, where nothing can be written now, as soon as it can be. Rejects when resuming fails for any other
   * reason.
   */
  begin(): Promise<void>;
  /** Writes were refused, and none has been seen to succeed since. */
  isRefused(): boolean;
  stop(): void;
}

/**
 * A transaction that changes no page succeeds on a full disk, and SQLite leaves a row's page alone where an update finds
 * the same bytes in it. Setting a number of the header always writes the page that has it, here to what it is.
 */
function writeAnything(db: DatabaseSync): void {
  const version = db.prepare('PRAGMA user_version').get()?.user_version;
  db.exec(`PRAGMA user_version = ${Number(version)}`);
}

/**
 * Local executions stop where they cannot be stored. When the disk has room again they go on, without a restart: after
 * writes were refused, in this life or at its start, the first one that succeeds resumes them. Everything else repeats by
 * itself.
 */
export function createRecovery(options: RecoveryOptions): Recovery {
  const { writer, resume, onError, onRecovered, timer = systemTimer, everyMs = 2_000 } = options;
  /** Refusals before all was resumed for the last time; null: it never was. */
  let seen: number | null = null;
  let cancel = (): void => {};
  let stopped = false;

  async function attempt(): Promise<void> {
    const { refused } = writer.stats;
    await writer.write(writeAnything);
    if (stopped) return;
    await resume();
    seen = refused;
  }

  async function look(): Promise<void> {
    if (writer.stats.refused === seen) return;
    try {
      await attempt();
      if (!stopped) onRecovered();
    } catch (error) {
      // That nothing can be written yet is nothing new.
      if (!isUnavailable(error)) onError(error);
    }
  }

  function arm(): void {
    cancel = timer(everyMs, () => {
      void look().then(() => {
        if (!stopped) arm();
      });
    });
  }

  return {
    async begin() {
      try {
        await attempt();
      } catch (error) {
        if (!isUnavailable(error)) throw error;
        onError(error);
      }
      if (!stopped) arm();
    },
    isRefused: () => writer.stats.refused !== (seen ?? 0),
    stop() {
      stopped = true;
      cancel();
    },
  };
}
