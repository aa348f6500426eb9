import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Agent, fetch } from 'undici';
import type { Update } from '../../core/contract.ts';
import { markAsCopy } from '../../embedded/store/renew-epochs.ts';
import { type Answer as KitAnswer, type ServiceKit, serviceKit } from '../support/service-kit.ts';
import type { Ability, Deployment } from './deployment.ts';
import type { Carrier } from './support/wire.ts';
import type { Playable } from './table.ts';

type Answer = Pick<KitAnswer, 'status' | 'body'>;

interface CallOptions {
  readonly method?: string;
  readonly body?: unknown;
  readonly credential?: string;
}

/** Retries of deliveries come at once, so that a test need not wait for them. */
const webhookSchedule = { delaysMs: [20], jitter: 0, maxHintMs: 20 } as const;

/** All channels, and everything that can be done to a service. */
export const embedded: Playable = {
  name: 'embedded',
  abilities: new Set<Ability>(['trim', 'rebuild', 'restart', 'tokens', 'run']),
  carriers: new Set<Carrier>(['http', 'graphql-transport-ws', 'appsync', 'webhook']),
};

/** The whole service in this process, on a database of its own. */
export async function openEmbedded(): Promise<Deployment> {
  const dataFolder = mkdtempSync(join(tmpdir(), 'statuswire-contract-'));
  const start = (port: number): Promise<ServiceKit> =>
    serviceKit({ dataFolder, port, rateLimit: 0, webhookSchedule, waiters: { max: 10_000, maxPerOwner: 10_000 } });
  let kit = await start(0);
  const { port } = new URL(kit.service.url);

  /** Connections of its own, because those of a service that was stopped are dead. */
  let dispatcher = new Agent();

  async function ask(
    path: string,
    { method, body, credential = kit.service.apiKey }: CallOptions = {},
  ): Promise<Answer> {
    const response = await fetch(`${kit.service.url}${path}`, {
      method: method ?? (body === undefined ? 'GET' : 'POST'),
      headers: { authorization: `Bearer ${credential}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      dispatcher,
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? null : JSON.parse(text) };
  }

  async function call(path: string, options: CallOptions, expected: number): Promise<Answer['body']> {
    const { status, body } = await ask(path, options);
    if (status !== expected) throw new Error(`${path}: ${status} ${JSON.stringify(body)}`);
    return body;
  }

  /** The file of the running service; it waits for locks, as the service does. */
  function change(write: (database: DatabaseSync) => void): void {
    const database = new DatabaseSync(join(dataFolder, 'statuswire.db'), { timeout: 5_000 });
    try {
      write(database);
    } finally {
      database.close();
    }
  }

  return {
    ...embedded,
    url: () => kit.service.url,
    key: kit.service.apiKey,
    async feed(events) {
      const { rejected } = await call('/events', { body: events }, 200);
      if (rejected.length > 0) throw new Error(`rejected: ${JSON.stringify(rejected)}`);
    },
    async start(workflow, id, input) {
      await call(`/executions/${workflow}`, { body: { id, input } }, 202);
    },
    async read({ workflow, id }) {
      const updates: Update[] = [];
      for (let after = ''; ; ) {
        const { body, status } = await ask(`/status/${workflow}/${id}/updates${after}`);
        if (status !== 200) return updates;
        if (body.snapshot) return [body.snapshot];
        updates.push(...body.updates);
        if (!body.more) return updates;
        after = `?limit=1000&after=${body.next}`;
      }
    },
    async latest({ workflow, id }) {
      const { body, status } = await ask(`/status/${workflow}/${id}`);
      return status === 200 ? body : { epoch: '', seq: 0 };
    },
    async trim({ workflow, id }, upTo) {
      change((database) =>
        database.prepare('DELETE FROM updates WHERE workflow = ? AND id = ? AND seq <= ?').run(workflow, id, upTo),
      );
    },
    async token(execution, ttlSeconds) {
      const { token } = await call('/tokens', { body: { executions: [execution], ttlSeconds } }, 200);
      return token;
    },
    async accepts(token, { workflow, id }) {
      const { status } = await ask(`/status/${workflow}/${id}`, { credential: token });
      return status !== 401;
    },
    async addWebhook(url, workflow) {
      return call('/webhooks', { body: { url, filter: { workflows: [workflow] } } }, 201);
    },
    async removeWebhook(id) {
      await call(`/webhooks/${id}`, { method: 'DELETE' }, 204);
    },
    stop: () => kit.service.stop(),
    async startAgain(rebuilt) {
      if (rebuilt) change((database) => markAsCopy(database, Date.now()));
      await dispatcher.destroy();
      dispatcher = new Agent();
      kit = await start(Number(port));
    },
    async discard() {
      await kit.stop();
      await dispatcher.destroy();
      rmSync(dataFolder, { recursive: true, force: true });
    },
  };
}
