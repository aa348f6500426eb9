import { randomBytes } from 'node:crypto';
import { createClient } from 'graphql-ws';
import { onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { createManagementClient } from '../../../aws/sockets/client.ts';
import { createSockets } from '../../../aws/sockets/sockets.ts';
import type { Update } from '../../../core/contract.ts';
import type { Connections, Sockets } from '../../../core/ports.ts';
import { newApiKey } from '../../../handlers/authorize/api-key.ts';
import { createVerifier } from '../../../handlers/authorize/verifier.ts';
import type { WebsocketLimits } from '../../../handlers/websocket/limits.ts';
import { createSocketPublisher } from '../../../handlers/websocket/publisher.ts';
import { createConnectionSweep } from '../../../handlers/websocket/sweep.ts';
import { createWebsocket } from '../../../handlers/websocket/websocket.ts';
import { createTestClock, openSocket } from '../../embedded/subscriptions/support.ts';
import { graphqlOf, headOf, logOf, schema, now as start, updateOf } from '../../handlers/graphql/support.ts';
import { memoryConnections } from '../../support/memory-connections.ts';
import { startWebsocketApi, type WebsocketApiOptions } from '../../support/websocket-api-emulator/emulator.ts';

export { codeOf, createTestClock, until } from '../../embedded/subscriptions/support.ts';

import { hangMs } from '../../support/eventually.ts';

export { start, updateOf };

export interface DeployedOptions extends Partial<Omit<WebsocketApiOptions, 'handler' | 'clock'>> {
  readonly connections?: Connections;
  readonly origins?: readonly string[];
  readonly limits?: Partial<WebsocketLimits>;
  /** Milliseconds that a post may take. */
  readonly requestTimeout?: number;
  /** Asked before the verifier; null leaves it to that. */
  readonly verify?: () => Promise<never> | null;
}

/** The `websocket` Lambda behind the emulated WebSocket API, and the publisher on its management API, until the test ends. */
export async function deploy(options: DeployedOptions = {}) {
  const {
    connections = memoryConnections(),
    origins = [],
    limits = {},
    requestTimeout = 20_000,
    ...emulated
  } = options;
  const clock = createTestClock(start);
  const { now } = clock;
  const reported: unknown[] = [];
  const failed: number[] = [];
  const report = (error: unknown): void => void reported.push(error);
  const key = newApiKey({
    tenant: 'default',
    scopes: ['read', 'tokens'],
    label: 'k',
    createdAt: start,
    random: randomBytes,
  });
  const verifier = createVerifier({
    keys: {
      find: async (id) => (id === key.record.id ? key.record : null),
      put: async () => undefined,
      list: async () => [],
      remove: async () => false,
    },
    tokenSecrets: [randomBytes(32)],
    now,
  });
  const websocketWith = (sockets: Sockets) =>
    createWebsocket({
      graphql: graphqlOf(logOf(headOf(updateOf({ seq: 3, output: 'x'.repeat(12_000) })), [])),
      verifier: { verify: async (credential) => (await options.verify?.()) ?? verifier.verify(credential) },
      ...{ connections, sockets, origins, report, now, limits },
    });
  const made = Promise.withResolvers<ReturnType<typeof websocketWith>>();
  const results: unknown[] = [];
  const handler = async (event: unknown) => {
    const result = await (await made.promise)(event);
    results.push(result);
    return result;
  };
  const api = await startWebsocketApi({ ...emulated, clock, handler });
  const client = createManagementClient(api.managementUrl, {
    region: 'eu-west-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    requestHandler: { requestTimeout, throwOnRequestTimeout: true },
  });
  const sockets = createSockets({ client, report, sleep: async () => undefined });
  made.resolve(websocketWith(sockets));
  onTestFinished(async () => {
    client.destroy();
    await api.close();
  });
  const publish = createSocketPublisher({
    ...{ connections, sockets, schema, now, report },
    onFailed: (count) => void failed.push(count),
  });
  const mint = async (ttlSeconds: number): Promise<string> => {
    const caller = await verifier.verify(key.secretText);
    if (!caller) throw new Error('The key is not good.');
    const minted = await verifier.mintToken(caller, { type: 'workflow', workflow: 'orders' }, ttlSeconds);
    if (minted.type !== 'minted') throw new Error(minted.reason);
    return minted.token;
  };
  const sweep = createConnectionSweep({ connections, sockets });
  return {
    api,
    clock,
    connections,
    sockets,
    publish,
    reported,
    failed,
    results,
    mint,
    key: key.secretText,
    verifier,
    sweep,
  };
}

export type Deployed = Awaited<ReturnType<typeof deploy>>;

/** A client that speaks the protocol frame by frame; initialised unless `authorization` is null. */
export async function openRaw(
  { api, key, reported }: Pick<Deployed, 'api' | 'key' | 'reported'>,
  authorization: string | null = `Bearer ${key}`,
) {
  const raw = await openSocket(new WebSocket(api.url, 'graphql-transport-ws'));
  /** Resolves when so many messages have come; says what did, and what went wrong, when they do not. */
  const got = (count: number): Promise<void> =>
    new Promise((resolve, reject) => {
      const late = setTimeout(() => {
        const told = { messages: raw.messages, reported: reported.map(String) };
        reject(new Error(`${count} messages did not come: ${JSON.stringify(told)}`));
      }, hangMs);
      const look = (): void => {
        if (raw.messages.length < count) return;
        clearTimeout(late);
        resolve();
      };
      raw.socket.on('message', look);
      look();
    });
  if (authorization !== null) {
    raw.send({ type: 'connection_init', payload: { authorization } });
    const answered = got(1);
    // One that is refused gets none.
    answered.catch(() => undefined);
    await Promise.race([answered, raw.closed]);
  }
  const subscribe = (id: string, query: string, variables: Record<string, unknown> = {}): void =>
    raw.send({ id, type: 'subscribe', payload: { query, variables } });
  return { ...raw, got, subscribe };
}

/** graphql-ws's own client, that waits for nothing between its tries. */
export function connectGraphqlWs({ api }: Pick<Deployed, 'api'>, authorization: () => string | Promise<string>) {
  const closes: number[] = [];
  const client = createClient({
    url: api.url,
    webSocketImpl: WebSocket,
    connectionParams: async () => ({ authorization: `Bearer ${await authorization()}` }),
    retryWait: async () => undefined,
    on: { closed: (event) => closes.push((event as { readonly code: number }).code) },
  });
  onTestFinished(async () => {
    // It rejects when a connection is just being refused.
    await Promise.resolve(client.dispose()).catch(() => undefined);
  });
  const watch = (query: string, variables: Record<string, unknown> = {}) => {
    const seqs: unknown[] = [];
    const ended = Promise.withResolvers<unknown>();
    const stop = client.subscribe<{ readonly statusChanged: { readonly seq: number } }>(
      { query, variables },
      {
        next: (result) => seqs.push(result.data?.statusChanged.seq ?? result),
        error: ended.resolve,
        complete: () => ended.resolve('complete'),
      },
    );
    return { seqs, ended: ended.promise, stop };
  };
  return { client, closes, watch };
}

/** How many subscriptions there are to one execution, or to all of the workflow. */
export async function countOf({ connections, clock }: Deployed, id: string | null = 'order-1'): Promise<number> {
  let count = 0;
  const audience = { tenant: 'default', workflow: 'orders', id };
  for await (const page of connections.audience(audience, clock.now())) count += page.length;
  return count;
}

/** Waits until there are so many. */
export async function subscribed(deployed: Deployed, count: number, id: string | null = 'order-1'): Promise<void> {
  while ((await countOf(deployed, id)) !== count) await new Promise((resolve) => setImmediate(resolve));
}

/** Updates of order-1 from one seq to another. */
export const updates = (from: number, to = from, values: Partial<Update> = {}): readonly Update[] =>
  Array.from({ length: to - from + 1 }, (_, index) => updateOf({ ...values, seq: from + index }));

export const watchOne = 'subscription ($id: ID!) { statusChanged(workflow: "orders", id: $id) { id seq output } }';
export const watchAll = 'subscription { statusChanged(workflow: "orders") { id seq } }';
