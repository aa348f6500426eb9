import type { DialectName } from '../load/dialects.ts';
import { type Child, endAll, startChild } from '../process/child.ts';
import type { PublishOptions } from '../servers/main.ts';

/** The servers that fan out, and how their clients speak. */
export const broadcasters = {
  ours: 'graphql',
  'ws frame': 'plain',
  'ws send': 'plain',
  'socket.io': 'socketIo',
  'graphql-ws': 'graphql',
} as const satisfies Record<string, DialectName>;
export type BroadcasterName = keyof typeof broadcasters;

/** A server with subscribers, each in a process of its own. */
export interface Audience {
  /** CPU microseconds of the server per delivery. */
  readonly publish: (options: PublishOptions) => Promise<number>;
  /** Resident memory of the server, bytes. */
  readonly memory: () => Promise<number>;
  /** Connects so many more subscribers. */
  readonly connect: (count: number, topics: 'own' | 'shared') => Promise<void>;
  readonly children: readonly Child[];
}

export async function openAudience(name: BroadcasterName): Promise<Audience> {
  const server = startChild('servers/main.ts', [name]);
  const clients = startChild('load/subscribers.ts');
  const listening = await server.call<{ port: number; controlPort: number; credential: string }>('listening');
  let count = 0;
  let own = false;
  return {
    children: [server, clients],
    memory: () => server.call('memory'),
    async connect(more, topics) {
      await clients.call('connect', { ...listening, dialect: broadcasters[name], count: more, topics });
      count += more;
      own = topics === 'own';
      await server.call('subscribed', count);
    },
    async publish(options) {
      const perTick = options.burst * (own ? options.topics : count);
      await clients.call('expect', perTick * options.ticks);
      const cpu = await server.call<number>('publish', options);
      const deliveries = perTick * options.ticks * options.times;
      const came = await clients.call<number>('received');
      if (came !== deliveries) throw new Error(`${name}: ${came} of ${deliveries} updates came`);
      return cpu / deliveries;
    },
  };
}

/** The same load on several servers, one after the other. */
export async function openAudiences(
  names: readonly BroadcasterName[],
  count: number,
  topics: 'own' | 'shared',
): Promise<{ readonly audiences: ReadonlyMap<BroadcasterName, Audience>; readonly stop: () => Promise<void> }> {
  const audiences = new Map<BroadcasterName, Audience>();
  const stop = (): Promise<void> => endAll([...audiences.values()].flatMap(({ children }) => children));
  try {
    for (const name of names) {
      const audience = await openAudience(name);
      audiences.set(name, audience);
      await audience.connect(count, topics);
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return { audiences, stop };
}
