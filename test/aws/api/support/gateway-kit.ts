import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { ulid } from 'ulid';
import { allScopes } from '../../../../core/access.ts';
import type { Executions } from '../../../../core/ports.ts';
import { defaultRules } from '../../../../core/workflow-rules.ts';
import { openStore, type Store } from '../../../../embedded/store/index.ts';
import { type AwsApiOptions, createAwsApi } from '../../../../handlers/api/aws-api.ts';
import type { GatewayAnswer, GatewayEvent } from '../../../../handlers/api/aws-gateway.ts';
import type { UnexpectedError } from '../../../../handlers/api/types.ts';
import { newApiKey } from '../../../../handlers/authorize/api-key.ts';
import { createVerifier } from '../../../../handlers/authorize/verifier.ts';
import { createGuard } from '../../../../handlers/egress/guard.ts';
import { createAppender } from '../../../../handlers/ingest/append.ts';
import { createIngest } from '../../../../handlers/ingest/ingest.ts';

export const domain = 'abc123.execute-api.eu-west-1.amazonaws.com';
export const base = `https://${domain}`;
const schema = readFileSync(new URL('../../../../schema.graphql', import.meta.url), 'utf8');

export interface Sent {
  readonly method?: string;
  /** As a client writes it: escaped, with the query. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** What API Gateway makes of a request: the path decoded, names of headers in lower case. */
export function eventOf({ method = 'GET', path, headers = {}, body }: Sent, stage = '$default'): GatewayEvent {
  const [rawPath = '', rawQueryString = ''] = path.split(/\?(.*)/s);
  return {
    version: '2.0',
    rawPath: decodeURIComponent(rawPath),
    rawQueryString,
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
    isBase64Encoded: false,
    requestContext: { stage, domainName: domain, http: { method } },
    ...(body === undefined ? {} : { body }),
  };
}

export interface GatewayKit {
  readonly store: Store;
  readonly apiKey: string;
  readonly send: (sent: Sent) => Promise<GatewayAnswer>;
  readonly invoke: (event: GatewayEvent) => Promise<GatewayAnswer>;
  readonly reported: UnexpectedError[];
  readonly redriven: string[];
}

/** The Lambda's API over a store in memory, with Step Functions played. */
export async function gatewayKit(overrides: Partial<AwsApiOptions> = {}): Promise<GatewayKit> {
  const store = openStore({ file: ':memory:' });
  await store.start(async () => undefined);
  const now = Date.now;
  const newId = (): string => ulid();
  const rulesOf = () => defaultRules;
  const { record, secretText: apiKey } = newApiKey({
    ...{ tenant: 'default', scopes: allScopes, label: 'first key', createdAt: now(), random: randomBytes },
  });
  await store.keys.put(record);
  const appender = createAppender({ log: store.log, rulesOf, timers: { wake: () => undefined }, now });
  const ingest = createIngest({
    ...{ appender, bindings: store.bindings, deadLetters: store.deadLetters, rulesOf, now, newId },
  });
  const reported: UnexpectedError[] = [];
  const redriven: string[] = [];
  const executions: Executions = {
    start: async () => ({ type: 'refused', reason: 'not from here' }),
    describe: async () => ({ type: 'impossible', reason: 'not from here' }),
    redrive: async (arn) => {
      redriven.push(arn);
      return { type: 'refused', reason: `ExecutionDoesNotExist: ${arn}` };
    },
  };
  const invoke = createAwsApi({
    ports: store,
    keys: store.keys,
    verifier: createVerifier({ keys: store.keys, tokenSecrets: [new Uint8Array(32).fill(7)], now }),
    ...{ executions, appender, ingest, rulesOf, schema, now, newId },
    isStartable: (workflow) => workflow === 'orders',
    checkUrl: createGuard(['127.0.0.1/32'], async () => ['93.184.216.34']).checkUrl,
    channels: { socketUrl: null, appsync: null, webhooks: true },
    origins: [],
    publicUrl: null,
    random: randomBytes,
    report: (error) => reported.push(error),
    reportIncident: () => 'incident',
    ...overrides,
  });
  return { store, apiKey, invoke, send: (sent) => invoke(eventOf(sent)), reported, redriven };
}
