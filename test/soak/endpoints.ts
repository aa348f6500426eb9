import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { WebhookPayload } from '../../core/webhook.ts';
import { type Call, insist } from '../crash/calls.ts';
import { type Faults, type WebhookReader, webhookReader } from '../crash/readers.ts';
import { longTrack } from './long-log.ts';

/** The webhook endpoints: one answers, one flaps, one is slow, one is dead, one is away until history was trimmed. */
export interface Endpoints {
  readonly prompt: WebhookReader;
  readonly flapping: WebhookReader;
  readonly slow: WebhookReader;
  /** Has subscribed to the long log alone. */
  readonly away: WebhookReader;
  /** From now on it takes what comes. */
  comeBack(): void;
  register(call: Call): Promise<void>;
  close(): Promise<void>;
}

/** Longer than a delivery may take before it gives its place to another one. */
const slowMs = 1_500;

export async function openEndpoints(faults: Faults): Promise<Endpoints> {
  const failed = new Set<string>();
  const prompt = await webhookReader(faults);
  // Each refused message is taken the second time: after a second failure in a row the schedule waits five minutes.
  const flaps = (payload: WebhookPayload, messageId: string): boolean => {
    const flap = payload.data.seq === 2 && messageId.charCodeAt(messageId.length - 3) % 4 === 0;
    if (!flap || failed.has(messageId)) return false;
    failed.add(messageId);
    return true;
  };
  const flapping = await webhookReader(faults, {
    behave: (payload, messageId) => ({ status: flaps(payload, messageId) ? 503 : 204, ms: 0 }),
  });
  const slow = await webhookReader(faults, { behave: () => ({ status: 204, ms: slowMs }), filtered: true });
  let isAway = true;
  const away = await webhookReader(faults, {
    behave: () => ({ status: isAway ? 503 : 204, ms: 0 }),
    trimmed: true,
  });
  const dead = await deadUrl();
  return {
    prompt,
    flapping,
    slow,
    away,
    comeBack() {
      isAway = false;
    },
    async register(call) {
      const all = { workflows: ['orders', 'parcel', 'cloud', 'cloud-express'] };
      for (const url of [prompt.url, flapping.url, dead])
        await insist(call, 201, 'POST', '/webhooks', { url, filter: all });
      await insist(call, 201, 'POST', '/webhooks', { url: away.url, filter: { workflows: [longTrack.workflow] } });
      const filter = { workflows: ['parcel'], kinds: ['status'] };
      await insist(call, 201, 'POST', '/webhooks', { url: slow.url, filter });
    },
    close: async () => void (await Promise.all([prompt, flapping, slow, away].map((one) => one.close()))),
  };
}

/** An address where nobody listens any more. */
async function deadUrl(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}/`;
}
