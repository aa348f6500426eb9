import { openStore } from '../../../embedded/store/index.ts';
import { createWebhookLoop, type WebhookLoopOptions } from '../../../embedded/webhooks/loop.ts';
import { createSender } from '../../../handlers/egress/sender.ts';
import { createDeliverer } from '../../../handlers/webhooks/deliver.ts';
import { createFanOut } from '../../../handlers/webhooks/fan-out.ts';
import { hangMs } from '../../support/eventually.ts';

/**
 * Everything as it runs in the service: store, sender, deliverer and loop, with real time and sockets. What hangs does so for
 * good: no time-out of the sender sets it free on a slow machine.
 */
export async function startWebhooks(options: Partial<WebhookLoopOptions> & { readonly retryMs?: number } = {}) {
  const store = openStore({ file: ':memory:' });
  const { log, endpoints, deliveries } = store;
  const sender = createSender({ allow: ['127.0.0.0/8'], timeoutMs: hangMs });
  const errors: unknown[] = [];
  const begin = () =>
    createWebhookLoop({
      deliverer: createDeliverer({
        log,
        endpoints,
        deliveries,
        send: sender.send,
        clock: Date.now,
        random: Math.random,
        schedule: { delaysMs: [options.retryMs ?? 20], jitter: 0.1, maxHintMs: 20 },
      }),
      deliveries,
      onError: (error) => errors.push(error),
      ...options,
    });
  const running = { loop: begin() };
  const fanOut = createFanOut({ endpoints, deliveries, clock: Date.now });
  await store.start(async (updates) => running.loop.poke(await fanOut(updates)));
  return {
    store,
    errors,
    /** Stops the loop and begins another, as a restart of the process does. */
    async restart() {
      await running.loop.stop();
      running.loop = begin();
    },
    async close() {
      await running.loop.stop();
      await store.close();
      await sender.close();
    },
  };
}
