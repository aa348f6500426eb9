import { createServer } from 'node:net';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { startGraphqlWs } from '../peers/graphql-ws.ts';
import { startSocketIo } from '../peers/socket-io.ts';
import { startWs } from '../peers/ws.ts';
import { serveCalls } from '../process/calls.ts';
import { startCpu } from '../process/cpu.ts';
import type { Broadcaster } from './broadcaster.ts';
import { listenLocal } from './listen.ts';
import { startOurs } from './ours.ts';
import { sampleUpdate } from './sample.ts';

/** One broadcaster per process; its kind is the first argument. */
const kinds: Readonly<Record<string, () => Promise<Broadcaster>>> = {
  ours: startOurs,
  'ws frame': () => startWs('frame'),
  'ws send': () => startWs('send'),
  'socket.io': startSocketIo,
  'graphql-ws': startGraphqlWs,
};
const start = kinds[process.argv[2] ?? ''];
if (!start) throw new Error(`no such server: ${process.argv[2]}`);
const broadcaster = await start();

let receipts = 0;
let onReceipt = (): void => {};
const control = createServer((socket) => {
  socket.on('error', () => socket.destroy());
  socket.on('data', (bytes) => {
    receipts += bytes.length;
    onReceipt();
  });
});
const controlPort = await listenLocal(control);
let seq = 0;

/** Resolves when all that was published is with the subscribers. */
function received(count: number): Promise<void> {
  return new Promise((resolve) => {
    onReceipt = () => {
      if (receipts >= count) resolve();
    };
    onReceipt();
  });
}

export interface PublishOptions {
  /** How often. */
  readonly times: number;
  /** Executions, one update each, published in the same tick. */
  readonly topics: number;
  /** Updates of each in the same tick. */
  readonly burst: number;
  /** Ticks of publishing before the subscribers' receipt is waited for. */
  readonly ticks: number;
}

serveCalls({
  listening: () => ({ port: broadcaster.port, controlPort, credential: broadcaster.credential }),
  async subscribed(count: number) {
    const until = performance.now() + 10_000;
    while (broadcaster.subscribers() < count) {
      if (performance.now() > until) throw new Error(`only ${broadcaster.subscribers()} of ${count} could subscribe`);
      await setTimeout(1);
    }
  },
  memory: () => process.memoryUsage.rss(),
  /** Publishes, and answers the CPU time it took, microseconds. */
  async publish({ times, topics, burst, ticks }: PublishOptions) {
    receipts = 0;
    const cpu = startCpu();
    for (let time = 1; time <= times; time += 1) {
      for (let tick = 0; tick < ticks; tick += 1) {
        for (let update = 0; update < burst; update += 1) {
          seq += 1;
          for (let topic = 0; topic < topics; topic += 1) broadcaster.publish(sampleUpdate(seq, `order-${topic}`));
        }
        await setImmediate();
      }
      await received(time);
    }
    return cpu();
  },
});
