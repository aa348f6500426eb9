import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, Socket } from 'node:net';
import { createClient } from 'graphql-ws';
import { onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import type { Caller } from '../../../core/access.ts';
import type { Cancel, Clock } from '../../../embedded/subscriptions/clock.ts';
import type { ByteText } from '../../../embedded/subscriptions/frame.ts';
import { createHub, type Hub } from '../../../embedded/subscriptions/hub.ts';
import {
  createSubscriptionServer,
  type SubscriptionServer,
  type SubscriptionServerOptions,
} from '../../../embedded/subscriptions/server.ts';
import { graphqlOf, headOf, logOf, type ReadLog, reader, updateOf } from '../../handlers/graphql/support.ts';

export interface Service {
  readonly url: string;
  readonly hub: Hub<ByteText>;
  readonly server: SubscriptionServer;
  readonly reported: unknown[];
  /** The server's ends of the TCP connections, in order of arrival. */
  readonly sockets: readonly Socket[];
}

export interface ServiceOptions
  extends Partial<Pick<SubscriptionServerOptions, 'verifier' | 'origins' | 'limits' | 'clock' | 'count'>> {
  /** Waited for whenever the log is asked. */
  readonly load?: () => Promise<void>;
}

/** Credentials of the tests: `good` is a key of tenant default, `foreign` one of another tenant. */
export const callers: { readonly [credential: string]: Caller } = {
  good: reader,
  foreign: { ...reader, keyId: 'f', tenant: 'foreign' },
};

/**
 * The subscription server on a real HTTP server on 127.0.0.1, until the test is over; AppSync's protocol at `/realtime`
 * below the other one.
 */
export async function startService({ load, ...options }: ServiceOptions = {}): Promise<Service> {
  const hub = createHub<ByteText>();
  const reported: unknown[] = [];
  const report = (error: unknown): string => `E${reported.push(error)}`;
  const log = logOf(headOf(updateOf({ seq: 3 })), []);
  const waiting: ReadLog = {
    ...log,
    load: async (keys) => {
      await load?.();
      return log.load(keys);
    },
  };
  const server = createSubscriptionServer({
    graphql: graphqlOf(waiting, report),
    hub,
    verifier: { verify: async (credential) => callers[credential] ?? null },
    report,
    ...options,
  });
  const sockets: Socket[] = [];
  const http = createServer().on('upgrade', (request, socket, head) => {
    if (socket instanceof Socket) sockets.push(socket);
    if (/^\/graphql\/realtime/.test(request.url ?? '')) server.handleAppsync(request, socket, head);
    else server.handleUpgrade(request, socket, head);
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  onTestFinished(async () => {
    await server.close();
    http.close();
  });
  const { port } = http.address() as AddressInfo;
  return { url: `ws://127.0.0.1:${port}/graphql`, hub, server, reported, sockets };
}

export interface Watched {
  readonly data: unknown[];
  readonly ended: Promise<unknown>;
  readonly stop: () => void;
}

/** graphql-ws's own client. */
export function connect(service: Service, authorization = 'Bearer good', webSocketImpl: unknown = WebSocket) {
  const closes: number[] = [];
  const client = createClient({
    url: service.url,
    webSocketImpl,
    connectionParams: { authorization },
    retryAttempts: 0,
    on: { closed: (event) => closes.push(codeOf(event)) },
  });
  onTestFinished(async () => {
    await client.dispose();
  });
  const watch = (query: string, variables: Record<string, unknown> = {}): Watched => {
    const data: unknown[] = [];
    const ended = Promise.withResolvers<unknown>();
    const stop = client.subscribe(
      { query, variables },
      { next: (result) => data.push(result.data), error: ended.resolve, complete: () => ended.resolve('complete') },
    );
    return { data, ended: ended.promise, stop };
  };
  return { client, closes, watch };
}

export function codeOf(event: unknown): number {
  return typeof event === 'object' && event !== null && 'code' in event ? Number(event.code) : 0;
}

/** A client that speaks the protocol frame by frame. */
export async function openRaw(service: Service, authorization: string | null = 'Bearer good') {
  const raw = await openSocket(new WebSocket(service.url, 'graphql-transport-ws'));
  const { socket, messages, send } = raw;
  const subscribe = (id: string, query: string, variables: Record<string, unknown> = {}): void =>
    send({ id, type: 'subscribe', payload: { query, variables } });
  if (authorization !== null) {
    send({ type: 'connection_init', payload: { authorization } });
    await until(() => messages.length === 1 || socket.readyState !== WebSocket.OPEN);
  }
  return { ...raw, subscribe };
}

/** Waits until it is open; what comes is JSON, what is sent too unless it is a text. It ends with the test. */
export async function openSocket(socket: WebSocket) {
  const messages: { readonly type: string; readonly id?: string; readonly payload?: unknown }[] = [];
  const closed = Promise.withResolvers<{ readonly code: number; readonly reason: string }>();
  socket.on('message', (data) => messages.push(JSON.parse(String(data))));
  socket.on('close', (code, reason) => closed.resolve({ code, reason: String(reason) }));
  socket.on('error', () => {});
  onTestFinished(() => socket.terminate());
  await once(socket, 'open');
  const send = (message: unknown): void => socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  return { socket, messages, closed: closed.promise, send };
}

export type RawClient = Awaited<ReturnType<typeof openRaw>>;

/** Waits, turn by turn of the event loop, for something that other work in this process brings about. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}

export function subscribers(service: Service, count: number): Promise<void> {
  return until(() => service.hub.stats().subscribers === count);
}

/** Time that moves only when told to. */
export function createTestClock(start: number): Clock & { readonly advance: (ms: number) => void } {
  let time = start;
  const timers = new Set<{ at: number; readonly period: number | null; readonly run: () => void }>();
  const add = (delay: number, period: number | null, run: () => void): Cancel => {
    const timer = { at: time + delay, period, run };
    timers.add(timer);
    return () => timers.delete(timer);
  };
  return {
    now: () => time,
    after: (delayMs, run) => add(delayMs, null, run),
    every: (periodMs, run) => add(periodMs, periodMs, run),
    advance(ms) {
      const end = time + ms;
      for (;;) {
        const [next] = [...timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
        if (!next) break;
        time = next.at;
        if (next.period === null) timers.delete(next);
        else next.at += next.period;
        next.run();
      }
      time = end;
    },
  };
}

export const watchAll = 'subscription { statusChanged(workflow: "orders") { id seq } }';
export const watchOne =
  'subscription ($id: ID!) { statusChanged(workflow: "orders", id: $id) { id seq progress { message } } }';
