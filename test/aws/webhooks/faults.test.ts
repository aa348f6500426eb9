import { afterEach, expect, it } from 'vitest';
import { createSqsBatch } from '../../../aws/lambda/sqs-batch.ts';
import { createQueue } from '../../../aws/sqs/queue.ts';
import { openStore } from '../../../embedded/store/index.ts';
import { createLeanSender } from '../../../handlers/egress/lean-sender.ts';
import { createConsumer } from '../../../handlers/webhooks/consume.ts';
import { createDeliverer } from '../../../handlers/webhooks/deliver.ts';
import { createFanOut } from '../../../handlers/webhooks/fan-out.ts';
import { createRandom } from '../../contract/support/clock.ts';
import { append, endpointOf, startTime, updatesOf } from '../../handlers/webhooks/bench.ts';
import { epochOf } from '../../support/make-update.ts';
import { fakeTelemetry } from '../lambda/support.ts';
import { startApplication } from './support/application.ts';
import { flakyPorts } from './support/flaky-ports.ts';
import { createQueueModel, type World } from './support/queue-model.ts';
import { createStreamModel } from './support/stream-model.ts';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** Each has its own epoch, as every log does. Most have one update only, whose loss no later one would make good. */
const executions = Array.from({ length: 40 }, (_, n) => ({
  names: { id: `order-${n}`, epoch: epochOf(n) },
  length: n < 6 ? 8 : 1,
}));
const updateCount = executions.reduce((sum, { length }) => sum + length, 0);
const minuteMs = 60_000;

/** Stream, topic, queue and Lambdas over an in-memory store, two endpoints, and everything that can go wrong between. */
async function startWorld(seed: number) {
  const faults = { refused: 0.08, entryFailed: 0.08, answerLost: 0.08, twice: 0.1 };
  const world: World = { now: startTime, random: createRandom(`webhooks ${seed}`), faults };
  const clock = () => world.now;
  const store = openStore({ file: ':memory:' });
  const { secret } = endpointOf();
  const applications = [await startApplication(world, secret), await startApplication(world, secret)];
  const sender = createLeanSender({ allow: ['127.0.0.0/8'] });
  closers.push(sender.close, ...applications.map(({ close }) => close), store.close);
  for (const [n, { url }] of applications.entries()) await store.endpoints.put(endpointOf({ id: `ep_${n}`, url }));

  const queue = createQueueModel(world);
  const buried = createQueueModel(world);
  const stream = createStreamModel(world, (message) => queue.put(message, 0));
  const retry = { attempts: 2, sleep: async () => {} };
  const { log, endpoints, deliveries } = flakyPorts(store, world);
  const { send } = createQueue(queue.client, 'webhooks', retry);
  const consume = createConsumer({
    fanOut: createFanOut({ endpoints, deliveries, clock }),
    deliverer: createDeliverer({ log, endpoints, deliveries, send: sender.send, clock, random: world.random }),
    send,
    clock,
  });
  const take = createSqsBatch({
    take: (messages) => consume(messages.map(({ body }) => body)),
    deadLetters: createQueue(buried.client, 'buried', retry),
    telemetry: fakeTelemetry(),
  });

  async function invoke(): Promise<void> {
    const event = queue.receive();
    const { batchItemFailures } = await take(event);
    if (world.random() < faults.answerLost) return;
    const failed = batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
    queue.forget(event.Records.map(({ messageId }) => messageId).filter((id) => !failed.includes(id)));
  }
  return { world, store, applications, queue, stream, invoke, reconcile, log: store.log };

  /** As the reconciler does every minute. */
  async function reconcile(): Promise<void> {
    const due = await store.deliveries.due(world.now, 100);
    for (const key of due) queue.put(JSON.stringify(key), 0);
  }
}

it.each([1, 2, 3])(
  'G1–G4, S31: from the stream to the application nothing is lost, repeated or out of order: seed %s',
  async (seed) => {
    const { world, store, applications, queue, stream, invoke, reconcile, log } = await startWorld(seed);
    const left = new Map(executions.map((execution) => [execution, 1]));
    let reconcileAt = world.now + minuteMs;
    const isOver = async () =>
      left.size === 0 && stream.isDrained() && queue.size() === 0 && (await store.deliveries.nextDue()) === null;

    for (let step = 0; !(await isOver()); step += 1) {
      if (step > 3_000) throw new Error('it does not come to an end');
      for (const [execution, from] of left) {
        if (world.random() > 0.3) continue;
        const { length } = execution;
        const updates = updatesOf(from, Math.min(length, from + Math.floor(world.random() * 3)), execution.names);
        await append(log, updates);
        stream.commit(updates);
        if (from + updates.length > length) left.delete(execution);
        else left.set(execution, from + updates.length);
      }
      await Promise.all([stream.invoke(), invoke(), invoke(), invoke()]);
      if (world.now >= reconcileAt) {
        await reconcile();
        reconcileAt = world.now + minuteMs;
      }
      const busy = left.size > 0 || !stream.isDrained();
      const next = Math.min(queue.nextAt() ?? Number.POSITIVE_INFINITY, reconcileAt);
      world.now = busy ? world.now + 1_000 : Math.max(world.now + 100, next);
    }

    for (const { got, refusals, posts } of applications) {
      for (const { names, length } of executions) {
        const whole = Array.from({ length }, (_, index) => index + 1);
        expect([names.id, got.get(`orders/${names.id}`)]).toEqual([names.id, whole]);
      }
      expect(refusals).toEqual([]);
      expect(posts()).toBeGreaterThan(updateCount);
    }
  },
);
