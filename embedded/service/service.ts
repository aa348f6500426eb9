import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Logger } from 'pino';
import { ulid } from 'ulid';
import type { Discovery, Update } from '../../core/contract.ts';
import type { Bindings, Executions, LogKey } from '../../core/ports.ts';
import { defaultRules, type RulesOf } from '../../core/workflow-rules.ts';
import { createApi } from '../../handlers/api/api.ts';
import { createQuickStatus } from '../../handlers/api/quick-status.ts';
import { maxWaitSeconds } from '../../handlers/api/schemas.ts';
import type { ApiDeps } from '../../handlers/api/types.ts';
import { createVerifier } from '../../handlers/authorize/verifier.ts';
import { createFanOut } from '../../handlers/fanout/fanout.ts';
import { createGraphql } from '../../handlers/graphql/graphql.ts';
import { createGraphqlHttp } from '../../handlers/graphql/graphql-http.ts';
import { createSchema } from '../../handlers/graphql/schema.ts';
import { createAppender } from '../../handlers/ingest/append.ts';
import { createIngest } from '../../handlers/ingest/ingest.ts';
import { createSettle } from '../../handlers/ingest/settle.ts';
import { createAccept } from '../../handlers/intake/accept.ts';
import { createStart } from '../../handlers/intake/start.ts';
import { createOperations } from '../../handlers/operations/operations.ts';
import { createDeliverer } from '../../handlers/webhooks/deliver.ts';
import { createFanOut as createWebhookFanOut } from '../../handlers/webhooks/fan-out.ts';
import { createWebhookRegistry } from '../../handlers/webhooks/register.ts';
import { createSender } from '../egress/sender.ts';
import { localPlace, machineArn } from '../runner/place.ts';
import { createRunner } from '../runner/runner.ts';
import { openStore } from '../store/index.ts';
import type { ByteText } from '../subscriptions/frame.ts';
import { createHub } from '../subscriptions/hub.ts';
import { createSubscriptionServer } from '../subscriptions/server.ts';
import { createTelemetry } from '../telemetry/telemetry.ts';
import { createWebhookLoop } from '../webhooks/loop.ts';
import { loadWorkflows } from '../workflows/load-workflows.ts';
import type { LoadedWorkflows } from '../workflows/loaded-workflow.ts';
import { createAdmission } from './admission.ts';
import { listen } from './http-server.ts';
import { startMaintenance } from './maintenance.ts';
import type { ServiceOptions } from './options.ts';
import { boundsOf } from './retention.ts';
import { forgetRun } from './runner-rows.ts';
import { ensureFirstKey, openDataFolder } from './secrets.ts';
import { createStartQueue } from './start-queue.ts';
import { createWakeTimers, type WakeTimers } from './timers.ts';

/** The whole service in this process. */
export interface Service {
  /** Where it listens, base path included. */
  readonly url: string;
  readonly apiKey: string;
  readonly apiKeyFile: string;
  readonly loaded: LoadedWorkflows;
  /** Answers what is under way, hands back the rest, and closes the database. Twice is once. */
  stop(): Promise<void>;
}

const sdl = readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8');
/** How long `stop` waits for HTTP answers. */
const graceMs = 3_000;
const noWorkflows: LoadedWorkflows = { workflows: [], problems: [] };

/** Opens the store, resumes what an earlier process left, and listens. Rejects when a part of that is impossible. */
export async function startService(options: ServiceOptions): Promise<Service> {
  const { logger, basePath = '', origins = [] } = options;
  const now = Date.now;
  const newId = (): string => ulid();
  const report = (what: string) => (error: unknown) => logger.error({ err: error }, what);

  const { retentionMs, keepUpdates } = boundsOf(options);
  const folder = openDataFolder(options.dataFolder);
  const loaded = options.workflowsFolder === undefined ? noWorkflows : await loadWorkflows(options.workflowsFolder);
  const rules = new Map(loaded.workflows.map((workflow) => [workflow.name, workflow.rules]));
  const rulesOf: RulesOf = (workflow) => rules.get(workflow) ?? defaultRules;

  const { wrap, hooks, exposition } = createTelemetry({ logger, now });
  const store = openStore({
    file: folder.database,
    report: report('fan-out failed; it is repeated'),
    onGroup: hooks.onGroup,
    alsoForget: forgetRun,
  });
  const { intakes, bindings, keys, endpoints, deliveries } = store;
  const log = wrap.log(store.log);
  const deadLetters = wrap.deadLetters(store.deadLetters);
  const startable = await bindLocal(loaded, bindings, logger);
  const apiKey = await ensureFirstKey(keys, folder, options.apiKey, now());
  const verifier = createVerifier({ keys, tokenSecrets: [folder.tokenSecret], now });

  const timers: WakeTimers = createWakeTimers({
    log,
    settle: (key) => settle(key),
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
  const executions: Executions = runner;
  const settle = createSettle({
    log,
    appender,
    executions,
    deadLetters,
    rulesOf,
    now,
    newId,
    onRepair: hooks.onRepair,
  });
  const starts = createStartQueue({
    intakes,
    start: createStart({ appender, intakes, executions, deadLetters, rulesOf, now, newId }),
    onError: (error, key) => logger.warn({ err: error, key }, 'a start failed; it is repeated'),
  });

  const admission = createAdmission(options, now);
  const graphql = createGraphql({ schema: createSchema(sdl), log, now, report: reportIncident });
  const hub = createHub<ByteText>();
  const subscriptions = createSubscriptionServer({
    graphql,
    hub,
    verifier,
    origins,
    report: reportIncident,
    limits: options.subscriptionLimits ?? {},
  });

  const sender = createSender({ allow: options.webhookAllow ?? [] });
  const deliverer = createDeliverer({
    log,
    endpoints,
    deliveries,
    send: wrap.send(sender.send),
    onAttempt: hooks.onAttempt,
    clock: now,
    random: Math.random,
    ...(options.webhookSchedule ? { schedule: options.webhookSchedule } : {}),
  });
  const webhookFanOut = createWebhookFanOut({ endpoints, deliveries, clock: now });
  const webhookLoop = createWebhookLoop({ deliverer, deliveries, onError: report('a webhook delivery failed inside') });

  await store.start(
    wrap.fanOut(
      createFanOut({
        publish: hub.publish,
        wake: admission.waiters.wake,
        webhooks: async (updates) => webhookLoop.poke(await webhookFanOut(updates)),
        starts: async (updates: readonly Update[]) => starts.enqueue(updates.map(keyOf)),
      }),
    ),
  );
  const apiDeps: ApiDeps = {
    ...admission,
    log,
    keys,
    deadLetters,
    endpoints,
    verifier,
    ingest,
    intake: {
      accept: createAccept({ appender, intakes, rulesOf, workflowExists: (name) => startable.has(name), now, newId }),
    },
    operations: createOperations({ log, appender, executions, deadLetters, ingest, now }),
    webhooks: createWebhookRegistry({
      endpoints,
      deliveries,
      checkUrl: sender.checkUrl,
      clock: now,
      random: randomBytes,
    }),
    graphql: createGraphqlHttp(graphql),
    discovery,
    origins,
    clock: now,
    random: randomBytes,
    onKeyRemoved: (id) => subscriptions.disconnect((caller) => caller.type === 'key' && caller.keyId === id),
    onRequest: hooks.onRequest,
    metrics: exposition({
      store,
      starts,
      waiters: admission.waiters,
      hub,
      subscriptions,
      database: folder.database,
    }),
    report: ({ error, ...request }) => logger.error({ err: error, ...request }, 'an unexpected error'),
    basePath,
    ...(options.publicUrl === undefined ? {} : { publicUrl: options.publicUrl }),
  };
  const server = await listen({
    fetch: wrap.fetch(createApi(apiDeps).fetch),
    quick: createQuickStatus(apiDeps),
    subscriptions,
    graphqlPath: `${basePath}/graphql`,
    host: options.host ?? '127.0.0.1',
    port: options.port ?? 8787,
    limits: options.httpLimits,
  }).catch(async (error: unknown) => {
    await webhookLoop.stop();
    await store.close();
    folder.release();
    throw error;
  });
  await runner.resume();
  await starts.resume();
  await timers.start();
  const maintenance = await startMaintenance({ store, database: folder.database, runner, keepUpdates, now, logger });

  async function stop(): Promise<void> {
    admission.waiters.stop();
    const closed = Promise.all([server.close(graceMs), subscriptions.close()]);
    await starts.stop();
    await runner.stop();
    await timers.stop();
    await Promise.all([closed, appender.idle(), webhookLoop.stop()]);
    await sender.close();
    await maintenance.stop();
    await store.close();
    maintenance.release();
    folder.release();
  }
  let stopping: Promise<void> | null = null;

  function reportIncident(error: unknown): string {
    const incident = newId();
    logger.error({ err: error, incident }, 'an unexpected error');
    return incident;
  }

  return {
    url: `${server.url}${basePath}`,
    apiKey,
    apiKeyFile: folder.apiKeyFile,
    loaded,
    stop: () => {
      stopping ??= stop();
      return stopping;
    },
  };
}

/**
 * The workflows that this process may run: a name stands for one state machine (S1), so one whose executions come from
 * AWS, by its configuration or by the events seen, is not run here as well.
 */
async function bindLocal({ workflows }: LoadedWorkflows, bindings: Bindings, logger: Logger): Promise<Set<string>> {
  const startable = new Set<string>();
  for (const { name, rules } of workflows) {
    const local = machineArn(localPlace, name);
    const bound = rules.machineArn ?? (await bindings.bind(name, local));
    if (bound === local) startable.add(name);
    else logger.warn({ workflow: name, bound }, 'not run here: the name stands for a state machine elsewhere');
  }
  return startable;
}

const keyOf = ({ workflow, id }: Update): LogKey => ({ workflow, id });

/** What this deployment offers (S22). */
function discovery(baseUrl: string): Discovery {
  return {
    version: 1,
    channels: [
      { channel: 'subscription', protocol: 'graphql-transport-ws', url: `${baseUrl.replace(/^http/, 'ws')}/graphql` },
      { channel: 'polling', protocol: 'http', url: baseUrl, maxWaitSeconds },
      { channel: 'webhook', protocol: 'standard-webhooks', url: `${baseUrl}/webhooks` },
    ],
  };
}
