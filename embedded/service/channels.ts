import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Update } from '../../core/contract.ts';
import type { Log } from '../../core/ports.ts';
import { accountOf } from '../../handlers/admission/account.ts';
import { createSender } from '../../handlers/egress/sender.ts';
import { createGraphql } from '../../handlers/graphql/graphql.ts';
import { createGraphqlHttp, type GraphqlHttp } from '../../handlers/graphql/graphql-http.ts';
import { createSchema } from '../../handlers/graphql/schema.ts';
import { createDeliverer } from '../../handlers/webhooks/deliver.ts';
import { createFanOut as createWebhookFanOut } from '../../handlers/webhooks/fan-out.ts';
import { createWebhookRegistry, type WebhookRegistry } from '../../handlers/webhooks/register.ts';
import type { ByteText } from '../subscriptions/frame.ts';
import { createHub, type Hub } from '../subscriptions/hub.ts';
import { createSubscriptionServer, type SubscriptionServer } from '../subscriptions/server.ts';
import { createWebhookLoop, type WebhookLoop } from '../webhooks/loop.ts';
import type { Admission } from './admission.ts';
import type { Foundation } from './foundation.ts';

/** What carries committed updates out of the process, polling aside. */
export interface Channels {
  readonly graphql: GraphqlHttp;
  readonly hub: Hub<ByteText>;
  readonly subscriptions: SubscriptionServer;
  readonly webhooks: Webhooks;
}

export interface Webhooks {
  readonly registry: WebhookRegistry;
  /** Makes deliveries due and begins them; they are durable when it resolves. */
  deliver(updates: readonly Update[]): Promise<void>;
  /** Resolves when no request is under way any more. */
  stop(): Promise<void>;
  /** Closes the connections to receivers; after `stop`. */
  close(): Promise<void>;
}

const sdl = readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8');

/** `log` is what the channels read from. */
export function createChannels(
  foundation: Foundation,
  log: Log,
  { rateLimiter }: Pick<Admission, 'rateLimiter'>,
): Channels {
  const { options, verifier, now, reportIncident } = foundation;
  const graphql = createGraphql({ schema: createSchema(sdl), log, now, report: reportIncident });
  const hub = createHub<ByteText>();
  const subscriptions = createSubscriptionServer({
    graphql,
    hub,
    verifier,
    ...(rateLimiter && {
      count: (caller, cost) => rateLimiter.take(accountOf(caller), 'read', cost).exceeded === null,
    }),
    origins: options.origins ?? [],
    report: reportIncident,
    limits: {
      ...(options.callersPerPool === undefined ? {} : { callersPerPool: options.callersPerPool }),
      ...options.subscriptionLimits,
    },
  });
  return { graphql: createGraphqlHttp(graphql), hub, subscriptions, webhooks: createWebhooks(foundation, log) };
}

/** What is due stays due in the store. */
const heldLoop: WebhookLoop = { poke: () => {}, stop: async () => {} };

function createWebhooks({ options, store, telemetry, now }: Foundation, log: Log): Webhooks {
  const { endpoints, deliveries } = store;
  const sender = createSender({ allow: options.webhookAllow ?? [] });
  const deliverer = createDeliverer({
    log,
    endpoints,
    deliveries,
    send: telemetry.wrap.send(sender.send),
    onAttempt: telemetry.hooks.onAttempt,
    clock: now,
    random: Math.random,
    ...(options.webhookSchedule ? { schedule: options.webhookSchedule } : {}),
  });
  const fanOut = createWebhookFanOut({ endpoints, deliveries, clock: now });
  if (options.holdWebhooks) options.logger.warn('webhooks are held: nobody is called until a start without that');
  const loop = options.holdWebhooks
    ? heldLoop
    : createWebhookLoop({
        deliverer,
        deliveries,
        onError: (error) => options.logger.error({ err: error }, 'a webhook delivery failed inside'),
      });
  return {
    registry: createWebhookRegistry({
      endpoints,
      deliveries,
      checkUrl: sender.checkUrl,
      clock: now,
      random: randomBytes,
    }),
    deliver: async (updates) => loop.poke(await fanOut(updates)),
    stop: () => loop.stop(),
    close: () => sender.close(),
  };
}
