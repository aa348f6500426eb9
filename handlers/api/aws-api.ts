import type { Bindings, DeadLetters, Deliveries, Endpoints, Executions, Intakes, Keys, Log } from '../../core/ports.ts';
import type { RulesOf } from '../../core/workflow-rules.ts';
import type { RandomBytes } from '../authorize/api-key.ts';
import type { Verifier } from '../authorize/verifier.ts';
import type { Report } from '../graphql/errors.ts';
import { createGraphql } from '../graphql/graphql.ts';
import { createGraphqlHttp } from '../graphql/graphql-http.ts';
import { createSchema } from '../graphql/schema.ts';
import type { Appender } from '../ingest/append.ts';
import type { Ingest } from '../ingest/ingest.ts';
import { createAccept } from '../intake/accept.ts';
import { createOperations } from '../operations/operations.ts';
import { type CheckUrl, createWebhookRegistry } from '../webhooks/register.ts';
import { createApi } from './api.ts';
import { awsDiscovery, type DeployedChannels } from './aws-discovery.ts';
import { createGateway } from './aws-gateway.ts';
import { createRateLimiter, rateLimits } from './rate-limiter.ts';
import type { ApiDeps } from './types.ts';

/** What the API of a deployment stands on. */
export interface AwsApiOptions {
  readonly ports: {
    readonly log: Log;
    readonly intakes: Intakes;
    readonly bindings: Bindings;
    readonly deadLetters: DeadLetters;
    readonly endpoints: Endpoints;
    readonly deliveries: Deliveries;
  };
  readonly verifier: Verifier;
  readonly keys: Keys;
  readonly executions: Executions;
  readonly appender: Appender;
  readonly ingest: Ingest;
  readonly rulesOf: RulesOf;
  /** May executions of this workflow be started here? Express may not (S5). */
  readonly isStartable: (workflow: string) => boolean;
  readonly checkUrl: CheckUrl;
  /** Text of `schema.graphql`. */
  readonly schema: string;
  readonly channels: DeployedChannels;
  readonly origins: readonly string[];
  /** null: the origin of each request, and its stage. */
  readonly publicUrl: string | null;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly newId: () => string;
  readonly random: RandomBytes;
  readonly report: ApiDeps['report'];
  /** Told of an unexpected error inside a query; answers the id that the caller hears. */
  readonly reportIncident: Report;
}

/**
 * The HTTP API as an HTTP API's Lambda answers it: the same as embedded (design §4), but no request waits (S19), and there
 * is no `/metrics`. An instance counts the requests of a caller for itself, so the bound on a caller grows with the
 * instances that serve it (S26); what stops everybody together is the stage's throttling.
 */
export function createAwsApi(options: AwsApiOptions) {
  const { ports, verifier, keys, executions, appender, ingest, rulesOf, publicUrl, now, newId, random } = options;
  const { log, intakes, deadLetters, bindings, endpoints, deliveries } = ports;
  const graphql = createGraphql({
    schema: createSchema(options.schema),
    log,
    now,
    report: options.reportIncident,
  });
  const accept = createAccept({ appender, intakes, rulesOf, workflowExists: options.isStartable, now, newId });
  const deps: ApiDeps = {
    log,
    keys,
    deadLetters,
    bindings,
    endpoints,
    verifier,
    rateLimiter: createRateLimiter({ limits: rateLimits(), clock: now }),
    ingest,
    intake: { accept },
    operations: createOperations({ log, appender, executions, deadLetters, ingest, now }),
    ...(options.channels.webhooks && {
      webhooks: createWebhookRegistry({ endpoints, deliveries, checkUrl: options.checkUrl, clock: now, random }),
    }),
    graphql: createGraphqlHttp(graphql),
    discovery: awsDiscovery(options.channels),
    origins: options.origins,
    clock: now,
    random,
    report: options.report,
    ...(publicUrl === null ? {} : { publicUrl }),
  };
  return createGateway((basePath) => createApi({ ...deps, basePath }));
}
