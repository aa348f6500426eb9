import { randomBytes } from 'node:crypto';
import type { Hono } from 'hono';
import { allScopes, type Grant, type Scope } from '../../../../core/access.ts';
import type { Discovery } from '../../../../core/contract.ts';
import { openStore, type Store } from '../../../../embedded/store/index.ts';
import { createApi } from '../../../../handlers/api/api.ts';
import type { ApiDeps, ApiEnv, UnexpectedError } from '../../../../handlers/api/types.ts';
import { newApiKey } from '../../../../handlers/authorize/api-key.ts';
import { createVerifier, type Verifier } from '../../../../handlers/authorize/verifier.ts';
import type { IngestResult } from '../../../../handlers/ingest/ingest.ts';
import type { AcceptAnswer, AcceptRequest } from '../../../../handlers/intake/accept.ts';
import { now } from './logs.ts';

export interface ApiKit {
  readonly api: Hono<ApiEnv>;
  readonly store: Store;
  readonly verifier: Verifier;
  /** Text of a new key. */
  key(options?: { tenant?: string; scopes?: readonly Scope[] }): Promise<string>;
  /** A watch token of a tenant. */
  token(grant: Grant, tenant?: string): Promise<string>;
  get(path: string, credential?: string, headers?: Record<string, string>): Promise<Response>;
  post(path: string, credential: string, body: unknown, headers?: Record<string, string>): Promise<Response>;
  /** What the intake was asked, and what it answers next. */
  readonly starts: AcceptRequest[];
  startAnswer: AcceptAnswer | null;
  /** What the ingest was given, and what it answers next. */
  readonly ingested: (readonly unknown[])[];
  ingestAnswer: () => Promise<IngestResult>;
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
  const register: ApiDeps['webhooks']['register'] = async ({ tenant, url, filter, description }) => {
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
  const api = createApi({
    log: store.log,
    keys: store.keys,
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
    webhooks: { register, remove: (tenant, id) => store.endpoints.remove(tenant, id) },
    graphql: async () => ({ status: 200, body: { data: {} } }),
    discovery,
    origins: [],
    clock,
    random: (count) => randomBytes(count),
    report: (error) => kit.reported.push(error),
    ...overrides,
  });
  const kit: ApiKit = {
    api,
    store,
    verifier,
    now,
    starts: [],
    startAnswer: null,
    ingested: [],
    ingestAnswer: async () => ({ accepted: kit.ingested.at(-1)?.length ?? 0, rejected: [] }),
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
