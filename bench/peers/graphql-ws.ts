import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import type { Update } from '../../core/contract.ts';
import { createSchema } from '../../handlers/graphql/schema.ts';
import type { Broadcaster } from '../servers/broadcaster.ts';
import { listenLocal } from '../servers/listen.ts';
import { createUpdateStream, type UpdateStream } from './update-stream.ts';

/** graphql-ws's own server on graphql 16, over the same schema, each subscriber with an iterator of its own. */
export async function startGraphqlWs(): Promise<Broadcaster> {
  const schema = createSchema(readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8'));
  const topics = new Map<string, Set<UpdateStream>>();
  let subscribers = 0;
  const field = schema.getSubscriptionType()?.getFields().statusChanged;
  if (!field) throw new Error('schema.graphql has no statusChanged');
  field.subscribe = (_source, { id }: { readonly id: string }) => {
    const watching = topics.get(id) ?? new Set();
    topics.set(id, watching);
    const stream = createUpdateStream(() => watching.delete(stream));
    watching.add(stream);
    subscribers += 1;
    return stream.iterator;
  };
  field.resolve = (update: Update) => update;

  const server = createServer();
  const webSockets = new WebSocketServer({ server, path: '/graphql', perMessageDeflate: false });
  useServer({ schema }, webSockets);
  return {
    port: await listenLocal(server),
    credential: '',
    publish: (update) => {
      for (const stream of topics.get(update.id) ?? []) stream.push(update);
    },
    subscribers: () => subscribers,
  };
}
