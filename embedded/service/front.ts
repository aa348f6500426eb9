import { randomBytes } from 'node:crypto';
import { createClientAddresses } from '../../handlers/admission/client-address.ts';
import { createApi } from '../../handlers/api/api.ts';
import { createQuickStatus } from '../../handlers/api/quick-status.ts';
import type { ApiDeps, HealthProblem } from '../../handlers/api/types.ts';
import type { Admission } from './admission.ts';
import type { Channels } from './channels.ts';
import { discovery } from './discovery.ts';
import type { Engine } from './engine.ts';
import type { Foundation } from './foundation.ts';
import { type HttpServer, listen } from './http-server.ts';
import { withPages } from './pages.ts';
import { createStrangers, type Strangers } from './strangers.ts';
import { readTls } from './tls.ts';

/** What the front serves. */
export interface Served {
  readonly foundation: Foundation;
  readonly admission: Admission;
  readonly engine: Engine;
  readonly channels: Channels;
  readonly problems: () => readonly HealthProblem[];
  /** Whether requests should come here. */
  readonly isReady: () => boolean;
}

/** HTTP and WebSocket on one port, from now on. Rejects when it cannot listen, or the certificate cannot be used. */
export async function openFront(served: Served): Promise<HttpServer> {
  const { options, telemetry } = served.foundation;
  const deps = apiDeps(served);
  return listen({
    fetch: telemetry.wrap.fetch(withPages(createApi(deps).fetch, options.pages, options.basePath)),
    quick: createQuickStatus({ ...deps, headNow: served.foundation.store.headNow }),
    subscriptions: served.channels.subscriptions,
    graphqlPath: `${options.basePath ?? ''}/graphql`,
    tls: options.tls ? readTls(options.tls) : undefined,
    host: options.host ?? '127.0.0.1',
    port: options.port ?? 8787,
    limits: options.httpLimits,
    // Whoever wants no limit on requests wants none on strangers' either.
    strangers: options.rateLimit === 0 ? undefined : strangersOf(served.foundation),
  });
}

function strangersOf({ options, verifier, now }: Foundation): Strangers {
  return createStrangers({
    addresses: createClientAddresses(options.trustProxy ?? []),
    limits: options.strangerLimits,
    isKnown: (authorization) => verifier.remembered(authorization) !== null,
    clock: now,
  });
}

function apiDeps({ foundation, admission, engine, channels, problems, isReady }: Served): ApiDeps {
  const { options, store, keys, telemetry, verifier, folder, loaded, now } = foundation;
  const { hub, subscriptions } = channels;
  const { starts } = engine;
  return {
    ...admission,
    log: engine.log,
    keys,
    deadLetters: engine.deadLetters,
    bindings: store.bindings,
    endpoints: store.endpoints,
    verifier,
    ingest: engine.ingest,
    intake: engine.intake,
    operations: engine.operations,
    webhooks: channels.webhooks.registry,
    graphql: channels.graphql,
    discovery,
    origins: options.origins ?? [],
    clock: now,
    random: randomBytes,
    onKeyRemoved: (id) => subscriptions.disconnect((caller) => caller.type === 'key' && caller.keyId === id),
    isReady,
    onRequest: telemetry.hooks.onRequest,
    healthProblems: problems,
    metrics: telemetry.exposition({
      store,
      starts,
      waiters: admission.waiters,
      hub,
      subscriptions,
      loaded,
      database: folder.database,
      problems,
    }),
    report: ({ error, ...request }) => options.logger.error({ err: error, ...request }, 'an unexpected error'),
    basePath: options.basePath ?? '',
    ...(options.publicUrl === undefined ? {} : { publicUrl: options.publicUrl }),
  };
}
