import type { Logger } from 'pino';
import { startCheckpoints } from '../store/checkpoints.ts';
import type { Store } from '../store/index.ts';
import { startQuickCheck } from '../store/quick-check.ts';
import { startExpiry } from './expiry.ts';
import { sweepRuns } from './runner-rows.ts';

export interface Maintenance {
  /** Resolves when nothing of it is under way any more; before the store is closed. */
  stop(): Promise<void>;
  /** After the store was closed. */
  release(): void;
}

export interface MaintenanceOptions {
  readonly store: Store;
  /** Path of the database. */
  readonly database: string;
  /** Updates kept of one log. */
  readonly keepUpdates: number;
  readonly now: () => number;
  readonly logger: Logger;
}

/** What goes on beside the requests: expiry (S4), checkpoints, and one look through the file. */
export async function startMaintenance(parts: MaintenanceOptions): Promise<Maintenance> {
  const { store, database, keepUpdates, now, logger } = parts;
  const steps = [...store.upkeep({ keepUpdates }), sweepRuns(store.writer)];
  const checkpoints = await startCheckpoints(database, store, (error) =>
    logger.warn({ err: error }, 'a checkpoint failed; it is repeated'),
  );
  const check = startQuickCheck({
    file: database,
    onDamage(finding) {
      store.reportDamage(finding);
      logger.error({ finding }, 'the database is damaged; see the docs');
    },
    onError: (error) => logger.warn({ err: error }, 'the database could not be checked'),
  });
  const expiry = startExpiry({
    steps,
    now,
    onError: (error, step) => logger.warn({ err: error, step }, 'the upkeep failed; it is repeated'),
    onRemoved: (rows) => logger.info({ rows }, 'what had expired was removed'),
  });
  return {
    async stop() {
      check.stop();
      await Promise.all([expiry.stop(), checkpoints.stop()]);
    },
    release: checkpoints.release,
  };
}
