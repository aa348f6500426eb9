import { createServer } from 'node:http';
import { serveCalls } from '../process/calls.ts';
import { percentile } from '../report/spread.ts';
import { progressEvent, startedEvent } from '../servers/events.ts';
import { listenLocal } from '../servers/listen.ts';
import { dialects } from './dialects.ts';
import { openRawWebSocket, type RawWebSocket } from './web-socket.ts';

/** Sends events and reads them back by all three channels, and tells how long each took. */
interface Target {
  readonly port: number;
  readonly apiKey: string;
}

const executions = 200;
const channels = ['subscription', 'webhook', 'polling'] as const;
type Channel = (typeof channels)[number];

let target: Target = { port: 0, apiKey: '' };
let sequence = 0;
/** By the event's number, which is its message: when it was sent, and the channels that have not told it yet. */
const pending = new Map<
  number,
  { readonly sentAt: number; readonly missing: Set<Channel>; readonly done: () => void }
>();
let times: Record<Channel, number[]> = { subscription: [], webhook: [], polling: [] };

/** The event's number in an update's text: found without parsing, because most of the time is the service's. */
function heard(channel: Channel, text: string): void {
  for (const [, number] of text.matchAll(/"message":"Step (\d+)"/g)) {
    const event = pending.get(Number(number));
    if (!event?.missing.delete(channel)) continue;
    times[channel].push(performance.now() - event.sentAt);
    if (event.missing.size > 0) continue;
    pending.delete(Number(number));
    event.done();
  }
}

const hookPort = await listenLocal(
  createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (chunk) => {
      text += chunk;
    });
    request.on('end', () => {
      response.writeHead(204).end();
      heard('webhook', text);
    });
  }),
);

async function call(method: string, path: string, body?: unknown): Promise<string> {
  const answer = await fetch(`http://127.0.0.1:${target.port}${path}`, {
    method,
    headers: { authorization: `Bearer ${target.apiKey}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
  return text;
}

/** One event in; resolves when all three channels have told it. */
async function roundTrip(): Promise<void> {
  sequence += 1;
  const number = sequence;
  const id = `run-${number % executions}`;
  const { promise, resolve } = Promise.withResolvers<void>();
  pending.set(number, { sentAt: performance.now(), missing: new Set(channels), done: resolve });
  await call('POST', '/events', [progressEvent(id, number)]);
  // Reads are strongly consistent: what was acknowledged is there. A later report may have taken its place.
  const last = /"message":"Step (\d+)"/.exec(await call('GET', `/status/orders/${id}`))?.[1];
  if (Number(last) < number) throw new Error(`the status is behind: ${last} after ${number}`);
  heard('polling', `"message":"Step ${number}"`);
  await promise;
}

function collect(): Readonly<Record<string, number>> {
  const all = channels.flatMap((channel) => times[channel]);
  const result = {
    p50: percentile(all, 0.5),
    p99: percentile(all, 0.99),
    ...Object.fromEntries(channels.map((channel) => [`${channel} p99`, percentile(times[channel], 0.99)])),
  };
  times = { subscription: [], webhook: [], polling: [] };
  return result;
}

serveCalls({
  async connect(to: Target) {
    target = to;
    const ids = Array.from({ length: executions }, (_, index) => `run-${index}`);
    await call(
      'POST',
      '/events',
      ids.map((id) => startedEvent(id)),
    );
    await call('POST', '/webhooks', { url: `http://127.0.0.1:${hookPort}/hook` });
    const { path, protocol, hello } = dialects.graphql;
    const query = 'subscription { statusChanged(workflow: "orders") { id seq progress { percent message } } }';
    const subscribed = Promise.withResolvers<void>();
    const socket: RawWebSocket = await openRawWebSocket({
      port: to.port,
      path,
      protocol,
      onText(payload) {
        const text = payload.toString();
        heard('subscription', text);
        if (text.includes('connection_ack'))
          socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query } }));
        if (text.includes('"next"')) subscribed.resolve();
      },
    });
    for (const text of hello('', to.apiKey)) socket.send(text);
    // There is no answer to `subscribe` but the first update.
    const knock = setInterval(() => {
      sequence += 1;
      void call('POST', '/events', [progressEvent('run-0', sequence)]);
    }, 50);
    await subscribed.promise;
    clearInterval(knock);
  },
  /** As fast as it goes with so many under way; answers round trips per second. */
  async saturate(ms: number, together: number) {
    const began = performance.now();
    let count = 0;
    await Promise.all(
      Array.from({ length: together }, async () => {
        while (performance.now() - began < ms) {
          await roundTrip();
          count += 1;
        }
      }),
    );
    collect();
    return (count / (performance.now() - began)) * 1_000;
  },
  /** At a steady rate, whatever the answers do; answers the latencies in milliseconds. */
  async pace(ms: number, perSecond: number) {
    const began = performance.now();
    const trips: Promise<void>[] = [];
    for (let sent = 0; performance.now() - began < ms; ) {
      const due = Math.floor(((performance.now() - began) / 1_000) * perSecond);
      for (; sent < due; sent += 1) trips.push(roundTrip());
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    await Promise.all(trips);
    return collect();
  },
});
