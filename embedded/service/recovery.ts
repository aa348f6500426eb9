import { systemTimer, type Timer } from '../store/timer.ts';
import type { Writer } from '../store/writer.ts';

export interface RecoveryOptions {
  readonly writer: Pick<Writer, 'write' | 'stats'>;
  /** Goes on with what stopped because it could not be stored. */
  readonly resume: () => Promise<void>;
  readonly onError: (error: unknown) => void;
  readonly onRecovered: () => void;
  /** @default setTimeout */
  readonly timer?: Timer;
  /** Milliseconds from one look to the next. @default 2_000 */
  readonly everyMs?: number;
}

/**
 * Local executions stop where they cannot be stored. When the disk has room again they go on, without a restart: after
 * writes were refused, the first one that succeeds resumes them. Everything else repeats by itself.
 */
export function createRecovery(options: RecoveryOptions): { readonly stop: () => void } {
  const { writer, resume, onError, onRecovered, timer = systemTimer, everyMs = 2_000 } = options;
  let seen = writer.stats.refused;
  let cancel = (): void => {};
  let stopped = false;

  async function look(): Promise<void> {
    const { refused } = writer.stats;
    if (refused === seen) return;
    // An empty transaction succeeds on a full disk. A row that stays as it is has to be written, all the same.
    const written = await writer
      .write((db) => db.exec('UPDATE outbox SET mark = mark'))
      .then(
        () => true,
        () => false,
      );
    if (!written || stopped) return;
    await resume();
    seen = refused;
    onRecovered();
  }

  function arm(): void {
    cancel = timer(everyMs, () => {
      void look()
        .catch(onError)
        .then(() => {
          if (!stopped) arm();
        });
    });
  }

  arm();
  return {
    stop() {
      stopped = true;
      cancel();
    },
  };
}
