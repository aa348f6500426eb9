import type { DeadLetters, Log } from '../../core/ports.ts';
import type { Intake } from '../../handlers/api/types.ts';
import { createAppender } from '../../handlers/ingest/append.ts';
import { createIngest, type Ingest } from '../../handlers/ingest/ingest.ts';
import { createSettle } from '../../handlers/ingest/settle.ts';
import { createAccept } from '../../handlers/intake/accept.ts';
import { createStart } from '../../handlers/intake/start.ts';
import { createOperations, type Operations } from '../../handlers/operations/operations.ts';
import { createRunner, type Runner } from '../runner/runner.ts';
import type { Foundation } from './foundation.ts';
import { createStartQueue, type StartQueue } from './start-queue.ts';
import { createWakeTimers, type WakeTimers } from './timers.ts';

/** Everything that writes the log: sources, intake, the local runner, and what is done at its time. */
export interface Engine {
  /** The store's, observed. */
  readonly log: Log;
  /** The store's, observed. */
  readonly deadLetters: DeadLetters;
  readonly ingest: Ingest;
  readonly intake: Intake;
  readonly operations: Operations;
  readonly starts: StartQueue;
  readonly runner: Runner;
  /**
   * Goes on with what an earlier process left: local runs, accepted starts, what is due. Again, it goes on with local runs
   * that had to stop.
   */
  resume(): Promise<void>;
  /** Starts and runs nothing more; resolves when what was under way is stored or handed back. */
  stop(): Promise<void>;
  /** Resolves when no fact is on its way into the log. */
  idle(): Promise<void>;
}

export function createEngine(foundation: Foundation): Engine {
  const { options, store, telemetry, loaded, startable, bindRest, rulesOf, retentionMs, now, newId } = foundation;
  const { logger } = options;
  const { wrap, hooks } = telemetry;
  const { intakes, bindings } = store;
  const log = wrap.log(store.log);
  const deadLetters = wrap.deadLetters(store.deadLetters);

  const timers: WakeTimers = createWakeTimers({
    log,
    settle: (key, at) => settle(key, at),
    now,
    onError: (error, key) => logger.warn({ err: error, key }, 'a due execution could not be settled; it stays due'),
  });
  const appender = wrap.appender(
    createAppender({ log, rulesOf, timers, now, retentionMs, onOutcome: hooks.onOutcome }),
  );
  const ingest = wrap.ingest(
    createIngest({ appender, bindings, deadLetters, rulesOf, now, newId, onItem: hooks.onItem }),
  );
  const runner = createRunner({
    workflows: loaded.workflows,
    store,
    emit: async (item) => {
      const { rejected } = await ingest([item]);
      for (const { reason } of rejected) logger.error({ reason }, 'an event of the local runner was rejected');
    },
    timeScale: options.timeScale ?? 1,
    log: logger,
  });
  const parts = { log, appender, executions: runner, deadLetters, rulesOf, now, newId };
  const settle = createSettle({ ...parts, onRepair: hooks.onRepair });
  const starts = createStartQueue({
    intakes,
    start: createStart({ ...parts, intakes }),
    onError: (error, key) => logger.warn({ err: error, key }, 'a start failed; it is repeated'),
  });
  const accept = createAccept({
    appender,
    intakes,
    rulesOf,
    workflowExists: (name) => startable.has(name),
    hasRoom: runner.hasRoom,
    now,
    newId,
  });

  let isBegun = false;

  return {
    log,
    deadLetters,
    ingest,
    intake: { accept },
    operations: createOperations({ ...parts, ingest }),
    starts,
    runner,
    async resume() {
      await bindRest();
      await runner.resume();
      if (isBegun) return;
      isBegun = true;
      await starts.resume();
      await timers.start();
    },
    async stop() {
      // Starts before the runner, which takes them; both before the timers, which they set.
      await starts.stop();
      await runner.stop();
      await timers.stop();
    },
    idle: () => appender.idle(),
  };
}
