import { cheaperThan, type Row, type Running } from '../row.ts';
import type { PublishOptions } from '../servers/main.ts';
import { type BroadcasterName, broadcasters, openAudiences } from './broadcast.ts';

const sockets = 1_000;
const everybody = Object.keys(broadcasters) as readonly BroadcasterName[];

async function run(
  names: readonly BroadcasterName[],
  topics: 'own' | 'shared',
  options: PublishOptions,
): Promise<Running> {
  const { audiences, stop } = await openAudiences(names, sockets, topics);
  const contenders = [...audiences].map(([name, { publish }]) => [name, () => publish(options)] as const);
  return { contenders: Object.fromEntries(contenders), stop };
}

/** One update at a time to everybody. */
export const fanOut: Row = {
  name: 'fan-out',
  title: 'Fan-out of one update to 1,000 sockets',
  unit: 'CPU µs per delivery',
  goals: [
    { text: 'ws, frame built once', value: cheaperThan('ws frame'), limit: { atLeast: 0.85 } },
    { text: 'graphql-ws on graphql 16', value: cheaperThan('graphql-ws'), limit: { atLeast: 4 } },
    { text: 'socket.io', value: cheaperThan('socket.io'), limit: { atLeast: 1.25 } },
  ],
  start: (scale) => run(everybody, 'shared', { times: scale === 'quick' ? 10 : 25, topics: 1, burst: 1, ticks: 1 }),
};

/** A topic per connection: the shape of a page that watches its own execution. */
export const manyTopics: Row = {
  name: 'many-topics',
  title: '1,000 topics of one subscriber',
  unit: 'CPU µs per delivery',
  goals: [
    { text: 'ws, frame built once', value: cheaperThan('ws frame'), limit: { atLeast: 0.85 } },
    { text: 'graphql-ws on graphql 16', value: cheaperThan('graphql-ws'), limit: { atLeast: 2.5 } },
    { text: 'socket.io', value: cheaperThan('socket.io'), limit: { atLeast: 1.2 } },
  ],
  start: (scale) => run(everybody, 'own', { times: scale === 'quick' ? 10 : 20, topics: sockets, burst: 1, ticks: 1 }),
};

/** What many commits of one moment cost: updates of one tick leave in one write per socket. */
export const bursts: Row = {
  name: 'bursts',
  title: 'Bursts: 100 updates in one tick to 1,000 sockets',
  unit: 'CPU µs per delivery',
  goals: [{ text: 'ws.send, not coalesced', value: cheaperThan('ws send'), limit: { atLeast: 10 } }],
  start: (scale) =>
    run(['ours', 'ws send'], 'shared', { times: scale === 'quick' ? 1 : 2, topics: 1, burst: 100, ticks: 1 }),
};
