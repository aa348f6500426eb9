import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { openStore } from '../../embedded/store/index.ts';
import type { ByteText } from '../../embedded/subscriptions/frame.ts';
import { createHub } from '../../embedded/subscriptions/hub.ts';
import { createSubscriptionServer } from '../../embedded/subscriptions/server.ts';
import { newApiKey } from '../../handlers/authorize/api-key.ts';
import { createVerifier } from '../../handlers/authorize/verifier.ts';
import { createGraphql } from '../../handlers/graphql/graphql.ts';
import { createSchema } from '../../handlers/graphql/schema.ts';
import type { Broadcaster } from './broadcaster.ts';
import { listenLocal } from './listen.ts';

/** The service's own subscription server whole: credentials checked, back-pressure, limits and keep-alive on. */
export async function startOurs(): Promise<Broadcaster> {
  const { keys, log } = openStore({ file: ':memory:' });
  const details = { tenant: 'default', scopes: ['read'], label: 'bench', createdAt: Date.now() } as const;
  const { record, secretText } = newApiKey({ ...details, random: randomBytes });
  await keys.put(record);
  const verifier = createVerifier({ keys, tokenSecrets: [randomBytes(32)], now: Date.now });
  const report = (error: unknown): string => {
    throw error;
  };
  const sdl = readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8');
  const graphql = createGraphql({ schema: createSchema(sdl), log, now: Date.now, report });
  const hub = createHub<ByteText>();
  const subscriptions = createSubscriptionServer({ graphql, hub, verifier, report });
  const server = createServer().on('upgrade', subscriptions.handleUpgrade);
  const port = await listenLocal(server);
  return {
    port,
    credential: `Bearer ${secretText}`,
    publish: (update) => hub.publish([update]),
    subscribers: () => hub.stats().subscribers,
  };
}
