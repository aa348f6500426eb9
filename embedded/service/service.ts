import type { Update } from '../../core/contract.ts';
import type { LogKey } from '../../core/ports.ts';
import { createFanOut } from '../../handlers/fanout/fanout.ts';
import type { LoadedWorkflows } from '../workflows/loaded-workflow.ts';
import { createAdmission } from './admission.ts';
import { createChannels } from './channels.ts';
import { checkOptions } from './check-options.ts';
import { createEngine } from './engine.ts';
import { layFoundation } from './foundation.ts';
import { openFront } from './front.ts';
import { healthProblems } from './health.ts';
import type { HttpServer } from './http-server.ts';
import { startMaintenance } from './maintenance.ts';
import type { ServiceOptions } from './options.ts';
import { createRecovery } from './recovery.ts';
import { readTls } from './tls.ts';

/** The whole service in this process. */
export interface Service {
  /** Where it listens, base path included. */
  readonly url: string;
  /** Text of the first key. */
  readonly apiKey: string;
  /** It was revoked before this start, and lets nobody in. */
  readonly isApiKeyRevoked: boolean;
  readonly apiKeyFile: string;
  readonly loaded: LoadedWorkflows;
  /**
   * Reads certificate and key again, for connections from now on. Throws, and keeps what there is, when they cannot be
   * used. Nothing happens without TLS.
   */
  reloadTls(): void;
  /** Answers what is under way, hands back the rest, and closes the database. Twice is once. */
  stop(): Promise<void>;
}

/** How long `stop` waits for HTTP answers. */
const graceMs = 3_000;

/**
 * Opens the store, listens, and resumes what an earlier process left. Rejects when a part of that is impossible, and
 * before anything is opened for an option that makes no sense.
 *
 * In this order: fan-out first, because whatever is committed from then on has to reach the channels; then the front,
 * because a port that is taken must end the start before any execution moves; the runner, the starts and the timers;
 * and the upkeep last, which nothing waits for. What was committed before is handed on before anybody can subscribe,
 * unless that fails, on a full disk for instance: then it is repeated beside the rest.
 */
export async function startService(given: ServiceOptions): Promise<Service> {
  const options = checkOptions(given);
  const foundation = await layFoundation(options);
  const { folder, store, telemetry, loaded, firstKey, keepUpdates, now } = foundation;
  const admission = createAdmission(options, now);
  const engine = createEngine(foundation);
  const channels = createChannels(foundation, engine.log, admission);
  const { hub, subscriptions, webhooks } = channels;

  const recovery = createRecovery({
    writer: store.writer,
    resume: () => engine.resume(),
    onError: (error) => options.logger.error({ err: error }, 'what ran before could not go on; it is tried again'),
    onRecovered: () => options.logger.info('the database can be written again'),
  });

  const handedOn = store.start(
    telemetry.wrap.fanOut(
      createFanOut({
        publish: hub.publish,
        wake: admission.waiters.wake,
        webhooks: webhooks.deliver,
        starts: async (updates) => engine.starts.enqueue(updates.map(keyOf)),
      }),
    ),
  );
  await Promise.race([handedOn, foundation.fanOutFailed]);
  const webhooksHeld = options.holdWebhooks ?? false;
  const problems = () => healthProblems({ store, recovery, webhooksHeld });
  const closeAfter = async (error: unknown, front?: HttpServer): Promise<never> => {
    recovery.stop();
    await front?.close(0);
    await engine.stop();
    await webhooks.stop();
    await webhooks.close();
    await store.close();
    folder.release();
    throw error;
  };
  let isReady = false;
  const served = { foundation, admission, engine, channels, problems, isReady: () => isReady };
  const front = await openFront(served).catch(closeAfter);
  await recovery.begin().catch((error: unknown) => closeAfter(error, front));
  const maintenance = await startMaintenance({
    store,
    database: folder.database,
    keepUpdates,
    now,
    logger: options.logger,
  });

  /**
   * Held requests are answered first, or closing would wait for them. What writes stops before the store closes; the
   * last checkpoint needs the closed store, and the folder is let go when no file in it is open.
   */
  async function stop(): Promise<void> {
    isReady = false;
    admission.waiters.stop();
    recovery.stop();
    const closed = Promise.all([front.close(graceMs), subscriptions.close()]);
    await engine.stop();
    await Promise.all([closed, engine.idle(), webhooks.stop()]);
    await webhooks.close();
    await maintenance.stop();
    await store.close();
    maintenance.release();
    folder.release();
  }
  isReady = true;
  let stopping: Promise<void> | null = null;

  return {
    url: `${front.url}${options.basePath ?? ''}`,
    apiKey: firstKey.text,
    isApiKeyRevoked: firstKey.isRevoked,
    apiKeyFile: folder.apiKeyFile,
    loaded,
    reloadTls: () => {
      if (options.tls) front.changeTls(readTls(options.tls));
    },
    stop: () => {
      stopping ??= stop();
      return stopping;
    },
  };
}

const keyOf = ({ workflow, id }: Update): LogKey => ({ workflow, id });
