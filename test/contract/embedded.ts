import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Agent } from 'undici';
import { markAsCopy } from '../../embedded/store/renew-epochs.ts';
import { hangMs } from '../support/eventually.ts';
import { type ServiceKit, serviceKit } from '../support/service-kit.ts';
import type { Ability, Deployment } from './deployment.ts';
import { createHttpCalls } from './support/http-calls.ts';
import type { Carrier } from './support/wire.ts';
import type { Playable } from './table.ts';

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

  const { call, ...calls } = createHttpCalls({
    url: () => kit.service.url,
    key: () => kit.service.apiKey,
    dispatcher: () => dispatcher,
  });

  /** The file of the running service; it waits for locks, as the service does. */
  function change(write: (database: DatabaseSync) => void): void {
    const database = new DatabaseSync(join(dataFolder, 'statuswire.db'), { timeout: hangMs });
    try {
      write(database);
    } finally {
      database.close();
    }
  }

  return {
    ...embedded,
    ...calls,
    url: () => kit.service.url,
    key: kit.service.apiKey,
    async feed(events) {
      const { rejected } = await call('/events', { body: events }, 200);
      if (rejected.length > 0) throw new Error(`rejected: ${JSON.stringify(rejected)}`);
    },
    async trim({ workflow, id }, upTo) {
      change((database) =>
        database.prepare('DELETE FROM updates WHERE workflow = ? AND id = ? AND seq <= ?').run(workflow, id, upTo),
      );
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
