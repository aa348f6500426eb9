import { createConsumer } from '../../../../handlers/webhooks/consume.ts';
import type { Deliverer } from '../../../../handlers/webhooks/deliver.ts';
import { createFanOut, type FanOut } from '../../../../handlers/webhooks/fan-out.ts';
import { createBench, endpointOf } from '../../../handlers/webhooks/bench.ts';

type Message = { readonly body: string; readonly delaySeconds: number };

/** A consumer over the webhooks' bench, with one endpoint and a queue that keeps what is sent to it. */
export async function stage() {
  const bench = createBench();
  const { store, time } = bench;
  await store.endpoints.put(endpointOf());
  const sent: Message[] = [];
  const queue = {
    send: async (messages: readonly Message[]) => void sent.push(...messages),
  };
  const consumer = (
    deliverer: Deliverer = bench.deliverer(),
    fanOut: FanOut = createFanOut({ ...store, clock: () => time.now }),
  ) =>
    createConsumer({
      fanOut,
      deliverer,
      send: (messages) => queue.send(messages),
      clock: () => time.now,
    });
  return { ...bench, queue, sent, consumer, looks: () => sent.map(({ body }) => JSON.parse(body)) };
}

export const bodyOf = (value: object): string => JSON.stringify(value);
export const done = { type: 'done' };
