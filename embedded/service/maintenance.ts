import type { Logger } from 'pino';
import type { Runner } from '../runner/runner.ts';
import { startCheckpoints } from '../store/checkpoints.ts';
import type { Store } from '../store/index.ts';
import { startExpiry } from './expiry.ts';
import { createRecovery } from './recovery.ts';
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
  readonly runner: Pick<Runner, 'resume'>;
  /** Updates kept of one log. */
  readonly keepUpdates: number;
  readonly now: () => number;
  readonly logger: Logger;
}

/** What goes on beside the requests: expiry (S4), checkpoints, and going on after the disk was full. */
export async function startMaintenance(parts: MaintenanceOptions): Promise<Maintenance> {
  const { store, database, runner, keepUpdates, now, logger } = parts;
  const steps = [...store.upkeep({ keepUpdates }), sweepRuns(store.writer)];
  const checkpoints = await startCheckpoints(database, store, (error) =>
    logger.warn({ err: error }, 'a checkpoint failed; it is repeated'),
  );
  const recovery = createRecovery({
    writer: store.writer,
    resume: () => runner.resume(),
    onError: (error) => logger.error({ err: error }, 'the local runner could not go on; it is tried again'),
    onRecovered: () => logger.info('the database can be written again'),
  });
  const expiry = startExpiry({
    steps,
    now,
    onError: (error, step) => logger.warn({ err: error, step }, 'the upkeep failed; it is repeated'),
    onRemoved: (rows) => logger.info({ rows }, 'what had expired was removed'),
  });
  return {
    async stop() {
      recovery.stop();
      await Promise.all([expiry.stop(), checkpoints.stop()]);
    },
    release: checkpoints.release,
  };
}
