import { randomBytes } from 'node:crypto';
import type { Hono } from 'hono';
import { allScopes, type Scope, type WatchGrant } from '../../../../core/access.ts';
import { normalBasePath } from '../../../../core/addresses.ts';
import type { Discovery } from '../../../../core/contract.ts';
import type { RedriveOutcome } from '../../../../core/ports.ts';
import { defaultRules } from '../../../../core/workflow-rules.ts';
import { openStore, type Store } from '../../../../embedded/store/index.ts';
import { createApi } from '../../../../handlers/api/api.ts';
import type { ApiDeps, ApiEnv, UnexpectedError, Webhooks } from '../../../../handlers/api/types.ts';
import { newApiKey } from '../../../../handlers/authorize/api-key.ts';
import { createVerifier, type Verifier } from '../../../../handlers/authorize/verifier.ts';
import { createAppender } from '../../../../handlers/ingest/append.ts';
import type { IngestResult } from '../../../../handlers/ingest/ingest.ts';
import type { AcceptAnswer, AcceptRequest } from '../../../../handlers/intake/accept.ts';
import { createOperations } from '../../../../handlers/operations/operations.ts';
import { type OpenApiCheck, openApiCheck } from '../../../support/openapi-check.ts';
import { bodyForms, overSockets } from './body-forms.ts';
import { now } from './logs.ts';
import { quickAlike } from './quick-alike.ts';

export interface ApiKit {
  readonly api: Hono<ApiEnv>;
  readonly deps: ApiDeps;
  /** Requests that the quick way answered too, alike. */
  readonly quickAnswers: () => number;
  readonly store: Store;
  readonly verifier: Verifier;
  /** Text of a new key. */
  key(options?: { tenant?: string; scopes?: readonly Scope[] }): Promise<string>;
  /** A watch token of a tenant. */
  token(grant: WatchGrant, tenant?: string): Promise<string>;
  get(path: string, credential?: string, headers?: Record<string, string>): Promise<Response>;
  post(path: string, credential: string, body: unknown, headers?: Record<string, string>): Promise<Response>;
  /** What the intake was asked, and what it answers next. */
  readonly starts: AcceptRequest[];
  startAnswer: AcceptAnswer | null;
  /** What the ingest was given, and what it answers next. */
  readonly ingested: (readonly unknown[])[];
  ingestAnswer: () => Promise<IngestResult>;
  /** What Step Functions answers to a redrive of this ARN. */
  redriveAnswer: (arn: string) => RedriveOutcome;
  readonly reported: UnexpectedError[];
  /** Moves the kit's clock. */
  now: number;
}

export const discovery = (baseUrl: string): Discovery => ({
  version: 1,
  channels: [{ channel: 'polling', protocol: 'http', url: `${baseUrl}/` }],
});

/** The API over a real store, with a clock that stands still and fakes for what other parts do. */
export async function apiKit(overrides: Partial<ApiDeps> = {}): Promise<ApiKit> {
  const store = openStore({ file: ':memory:' });
  await store.start(async () => undefined);
  const clock = (): number => kit.now;
  const verifier = createVerifier({ keys: store.keys, tokenSecrets: [new Uint8Array(32).fill(7)], now: clock });
  let made = 0;
  const register: Webhooks['register'] = async ({ tenant, url, filter, description }) => {
    if (url.includes('127.0.0.1')) return { type: 'refused', reason: 'the host has an address that is not public' };
    const endpoint = {
      id: `ep_${++made}`,
      tenant,
      url,
      filter,
      description,
      secret: 'whsec_c2VjcmV0',
      createdAt: clock(),
    };
    await store.endpoints.put(endpoint);
    return { type: 'registered', endpoint };
  };
  const deps: ApiDeps = {
    log: store.log,
    keys: store.keys,
    bindings: store.bindings,
    deadLetters: store.deadLetters,
    endpoints: store.endpoints,
    verifier,
    ingest: async (items) => {
      kit.ingested.push(items);
      return kit.ingestAnswer();
    },
    intake: {
      accept: async (request) => {
        kit.starts.push(request);
        return kit.startAnswer ?? { type: 'accepted', id: request.id ?? 'made-up' };
      },
    },
    operations: createOperations({
      log: store.log,
      appender: createAppender({
        log: store.log,
        rulesOf: () => defaultRules,
        timers: { wake: () => undefined },
        now: clock,
      }),
      executions: {
        redrive: async (arn) => kit.redriveAnswer(arn),
        describe: async () => ({ type: 'impossible', reason: 'runs elsewhere' }),
      },
      deadLetters: store.deadLetters,
      ingest: async (items) => {
        kit.ingested.push(items);
        return kit.ingestAnswer();
      },
      now: clock,
    }),
    webhooks: { register, remove: (tenant, id) => store.endpoints.remove(tenant, id) },
    graphql: async () => ({ status: 200, body: { data: {} } }),
    discovery,
    origins: [],
    clock,
    random: (count) => randomBytes(count),
    report: (error) => kit.reported.push(error),
    ...overrides,
  };
  const api = createApi(deps);
  // A test that brings a log of its own counts what it is asked.
  const { answered } = overrides.log ? { answered: () => 0 } : quickAlike(api, deps);
  const form = bodyForms.find((one) => one === process.env.STATUSWIRE_BODY_FORM);
  if (form) overSockets(api, form);
  held(api, overrides.basePath);
  const kit: ApiKit = {
    api,
    deps,
    quickAnswers: answered,
    store,
    verifier,
    now,
    starts: [],
    startAnswer: null,
    ingested: [],
    ingestAnswer: async () => ({ accepted: kit.ingested.at(-1)?.length ?? 0, rejected: [] }),
    redriveAnswer: () => ({ type: 'refused', reason: 'ExecutionNotRedrivable' }),
    reported: [],
    async key({ tenant = 'default', scopes = allScopes } = {}) {
      const { record, secretText } = newApiKey({ tenant, scopes, label: '', createdAt: now, random: randomBytes });
      await store.keys.put(record);
      return secretText;
    },
    async token(grant, tenant = 'default') {
      const minted = await verifier.mintToken({ type: 'key', keyId: 'k', tenant, scopes: ['tokens'] }, grant);
      if (minted.type === 'refused') throw new Error(minted.reason);
      return minted.token;
    },
    get: async (path, credential, headers = {}) =>
      api.request(path, { headers: { ...(credential && { Authorization: `Bearer ${credential}` }), ...headers } }),
    post: async (path, credential, body, headers = {}) =>
      api.request(path, {
        method: 'POST',
        body: typeof body === 'string' ? body : JSON.stringify(body),
        headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${credential}`, ...headers },
      }),
  };
  return kit;
}

/** From here on the API fails the test that gets an answer which its own description does not have. */
function held(api: ReturnType<typeof createApi>, basePath: string | undefined): void {
  const inner = api.fetch;
  const prefix = normalBasePath(basePath);
  let check: Promise<OpenApiCheck> | null = null;
  const describe = async () => {
    const described = await inner(new Request(`http://localhost${prefix}/openapi.json`));
    return openApiCheck(await described.json());
  };
  api.fetch = async (request, ...rest) => {
    const answer = await inner(request, ...rest);
    const { pathname } = new URL(request.url);
    if (!pathname.startsWith(`${prefix}/`)) return answer;
    check ??= describe();
    const path = pathname.slice(prefix.length);
    const faults = await (await check).faultsOf(request.method, path, answer);
    if (faults.length > 0) throw new Error(`${request.method} ${path}: ${answer.status}: ${faults.join('; ')}`);
    return answer;
  };
}
