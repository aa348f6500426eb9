import { join } from 'node:path';
import type { DeliveryKey } from '../../core/ports.ts';
import { openStore } from '../../embedded/store/index.ts';
import { createWebhookLoop } from '../../embedded/webhooks/loop.ts';
import { createSender } from '../../handlers/egress/sender.ts';
import { createDeliverer } from '../../handlers/webhooks/deliver.ts';
import { createFanOut } from '../../handlers/webhooks/fan-out.ts';
import { messageBody, messageId } from '../../handlers/webhooks/payload.ts';
import type { SendRequest } from '../../handlers/webhooks/send.ts';
import { createSigner } from '../../handlers/webhooks/sign.ts';
import { serveCalls } from '../process/calls.ts';
import { startCpu } from '../process/cpu.ts';
import { filledChange, perExecution } from './fill-log.ts';
import { temporaryFolder } from './folder.ts';
import { sampleUpdate } from './sample.ts';

/** Our webhooks as the service wires them, on a store on disk; and the sender alone. */
const endpoints = 8;
const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const store = openStore({ file: join(temporaryFolder(), 'bench.db') });
await store.start(async () => undefined);
const sender = createSender({ allow: ['127.0.0.1/32'] });
const sign = createSigner();
const clock = Date.now;
let made = 0;

function signed(url: string, seq: number): SendRequest {
  const update = sampleUpdate(seq);
  const id = messageId(update);
  const body = messageBody(update, seq - 1, false);
  const signature = sign(secret, { id, sentAt: clock(), body });
  return { url, headers: { 'content-type': 'application/json', 'user-agent': 'Statuswire', ...signature }, body };
}

serveCalls({
  async register(url: string) {
    for (let index = 0; index < endpoints; index += 1) {
      const endpoint = { id: `ep_${index}`, tenant: 'default', url, filter: {}, secret, createdAt: 0, description: '' };
      await store.endpoints.put(endpoint);
    }
  },
  /** Delivers the logs of so many executions to every endpoint; answers CPU microseconds and deliveries. */
  async deliver(executions: number) {
    const { log, deliveries } = store;
    const ids = Array.from({ length: executions }, () => `webhook-${++made}`);
    await log.commit(ids.map(filledChange));
    const fanOut = createFanOut({ endpoints: store.endpoints, deliveries, clock });
    const keys: readonly DeliveryKey[] = await fanOut(ids.map((id) => sampleUpdate(perExecution, id)));
    const all = keys.length * perExecution;
    const done = Promise.withResolvers<void>();
    let sent = 0;
    const send: typeof sender.send = async (request) => {
      const outcome = await sender.send(request);
      sent += 1;
      if (sent === all) done.resolve();
      return outcome;
    };
    const deliverer = createDeliverer({
      log,
      endpoints: store.endpoints,
      deliveries,
      send,
      clock,
      random: Math.random,
    });
    const cpu = startCpu();
    const loop = createWebhookLoop({ deliverer, deliveries, onError: done.reject });
    loop.poke(keys);
    await done.promise;
    await loop.stop();
    return { cpu: cpu(), deliveries: all };
  },
  /** The sender alone. */
  async send(url: string, count: number, together: number) {
    const cpu = startCpu();
    let left = count;
    await Promise.all(
      Array.from({ length: together }, async () => {
        while (left > 0) {
          left -= 1;
          const outcome = await sender.send(signed(url, count - left));
          if (outcome.type === 'failed') throw new Error(outcome.reason);
        }
      }),
    );
    return cpu();
  },
});
