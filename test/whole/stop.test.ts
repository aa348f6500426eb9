import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import type { Update } from '../../core/contract.ts';
import { statusChange } from '../support/aws-shapes.ts';
import { samplesOf } from '../support/metrics-text.ts';
import { type Answer, type ServiceKit, serviceKit } from '../support/service-kit.ts';

let folder: string;
let receiver: Server;
/** Message ids the endpoint accepted, in order, and how it answers: not at all while it hangs. */
let accepted: string[];
let hanging: boolean;
let reached: PromiseWithResolvers<void>;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'statuswire-stop-'));
  accepted = [];
  hanging = true;
  reached = Promise.withResolvers();
  receiver = createServer((request, response) => {
    reached.resolve();
    if (hanging) return;
    accepted.push(String(request.headers['webhook-id']));
    request.resume().on('end', () => response.writeHead(204).end());
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
});
afterEach(() => {
  receiver.closeAllConnections();
  receiver.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A socket with a subscription to all orders; answers how it was closed and which seqs came. */
async function subscribe({ service }: ServiceKit) {
  const socket = new WebSocket(`${service.url.replace(/^http/, 'ws')}/graphql`, 'graphql-transport-ws');
  const closed = new Promise<number>((resolve) => socket.once('close', resolve));
  const messages: { readonly type: string; readonly payload?: { readonly data?: unknown } }[] = [];
  const acknowledged = new Promise<void>((resolve) =>
    socket.on('message', (data) => {
      const message = JSON.parse(String(data));
      messages.push(message);
      if (message.type === 'connection_ack') resolve();
    }),
  );
  socket.once('open', () =>
    socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${service.apiKey}` } })),
  );
  await acknowledged;
  const query = 'subscription { statusChanged(workflow: "orders") { id seq } }';
  socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query } }));
  return { closed, messages };
}

const ended = async (kit: ServiceKit, id: string): Promise<readonly Update[]> => {
  for (;;) {
    const updates = await kit.updatesOf('orders', id);
    if (updates.at(-1)?.done) return updates;
  }
};

describe('a graceful stop under load', () => {
  it('G1: waits for no endpoint that hangs, closes sockets with 1012, answers what it took, and loses nothing accepted', async () => {
    const first = await serviceKit({ dataFolder: folder, rateLimit: 0 });
    const { port } = receiver.address() as AddressInfo;
    await first.call('/webhooks', { body: { url: `http://127.0.0.1:${port}/`, filter: { workflows: ['orders'] } } });
    const sockets = await Promise.all(Array.from({ length: 10 }, () => subscribe(first)));
    const calls: Promise<{ readonly id: string; readonly answer: Answer | null }>[] = [];
    const start = (id: string): void => {
      const answer = first.call('/executions/orders', { body: { id, input: {} } }).catch(() => null);
      calls.push(answer.then((got) => ({ id, answer: got })));
    };
    for (let index = 0; index < 25; index += 1) start(`before-${index}`);
    // The endpoint holds a request, and starts come in, while the service stops.
    await reached.promise;
    await Promise.all(calls);
    await first.call('/events', { body: statusChange({ workflow: 'cloud', id: 'quiet' }) });
    const { headers } = await first.call('/status/cloud/quiet');
    const held = first.call('/status/cloud/quiet?wait=20', { headers: { 'if-none-match': headers.get('etag') ?? '' } });
    while (samplesOf((await first.call('/metrics')).body).get('statuswire_waiters') !== 1);
    for (let index = 0; index < 25; index += 1) start(`during-${index}`);
    await first.service.stop();

    expect((await held).status).toBe(304);
    for (const { closed, messages } of sockets) {
      expect(await closed).toBe(1012);
      expect(messages.some((message) => message.type === 'next')).toBe(true);
    }
    const answered = await Promise.all(calls);
    const taken = answered.filter(({ answer }) => answer?.status === 202).map(({ id }) => id);
    expect(taken.length).toBeGreaterThanOrEqual(25);
    for (const { answer } of answered) expect([202, 503, undefined]).toContain(answer?.status);

    hanging = false;
    receiver.closeAllConnections();
    const second = await serviceKit({ dataFolder: folder, rateLimit: 0 });
    const expected: string[] = [];
    for (const id of taken) {
      const updates = await ended(second, id);
      expect(updates.map((update) => update.seq)).toEqual(updates.map((_, index) => index + 1));
      expected.push(...updates.map((update) => `upd_${update.epoch}_${update.seq}`));
    }
    while (!expected.every((id) => accepted.includes(id))) await second.call('/healthz');
    for (const id of taken) {
      const [{ epoch = '' } = {}] = await second.updatesOf('orders', id);
      const seqs = accepted
        .filter((sent) => sent.startsWith(`upd_${epoch}_`))
        .map((sent) => Number(sent.split('_')[2]));
      expect(seqs).toEqual([...seqs].sort((a, b) => a - b));
    }
    await second.stop();
  });
});
