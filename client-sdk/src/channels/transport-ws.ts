import type { Auth } from '../auth.ts';
import type { Feed, SharedChannel, Sink, Target } from '../channel.ts';
import type { Discoverer } from '../discovery.ts';
import { asStatusError, StatuswireError } from '../errors.ts';
import { backoffMs, createAlarm, type Timers } from '../timers.ts';
import { readResult, subscription } from './selection.ts';

/** What the SDK needs of a WebSocket; the browsers', Node's and the `ws` package's fit. */
export interface WebSocketLike {
  send(data: string): void;
  close(code?: number, reason?: string): void;
  addEventListener(
    type: 'open' | 'message' | 'close' | 'error',
    listener: (event: { readonly type: string; readonly data?: unknown; readonly code?: number }) => void,
  ): void;
}
export type WebSocketConstructor = new (url: string, protocol: string) => WebSocketLike;

/** From the first byte to `connection_ack`; then it is a failure. Proxies may let an upgrade through and drop the rest. */
const ackTimeoutMs = 10_000;
/** After this much silence the server is asked whether it is there … */
const pingAfterMs = 25_000;
/** … and this long after that the connection counts as dead. */
const pongTimeoutMs = 10_000;
/** A connection that nobody needs is kept this long, so that the next watch, or a remount, finds it open. */
const idleMs = 1_000;
/** A connection that broke sooner was not worth a fresh start of the back-off, or refusals would be a tight loop. */
const stableMs = 5_000;

interface TransportDeps {
  /** Null where the runtime has none (Node before 22). */
  readonly WebSocket: WebSocketConstructor | null;
  /** What relative addresses in the discovery document refer to. */
  readonly url: string;
  readonly auth: Auth;
  readonly discoverer: Discoverer;
  readonly timers: Timers;
}

interface Subscription {
  readonly target: Target;
  readonly sink: Sink;
  readonly retry: ReturnType<typeof createAlarm>;
  /** Refusals of this subscription alone. */
  failures: number;
}

/**
 * GraphQL subscriptions over the graphql-transport-ws protocol
 * (https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md): one connection for all feeds, opened with the first
 * and closed after the last. It reconnects by itself for as long as there are feeds.
 */
export function transportWsChannel({ WebSocket, url, auth, discoverer, timers }: TransportDeps): SharedChannel {
  const feeds = new Map<string, Subscription>();
  /** Exactly one wait belongs to the connection at any time: back-off, acknowledgement, ping, pong, or idle. */
  const alarm = createAlarm(timers);
  /** Names one attempt; what earlier ones still report is ignored. */
  let attempt: { socket?: WebSocketLike } | null = null;
  let acknowledgedAt: number | null = null;
  let failures = 0;
  let nextId = 1;

  const send = (message: object) => attempt?.socket?.send(JSON.stringify(message));

  async function connect(): Promise<void> {
    const mine: { socket?: WebSocketLike } = {};
    attempt = mine;
    alarm.set(ackTimeoutMs, () =>
      lost(mine, new StatuswireError('unavailable', 'The WebSocket was not acknowledged.')),
    );
    try {
      const info = await discoverer.find('graphql-transport-ws');
      if (!info || !WebSocket) throw new StatuswireError('unsupported', 'There are no subscriptions here.');
      const authorization = await auth.header();
      if (attempt !== mine) return;
      const socket = new WebSocket(new URL(info.url, url).href.replace(/^http/, 'ws'), 'graphql-transport-ws');
      mine.socket = socket;
      socket.addEventListener('open', () => {
        if (attempt !== mine) return;
        send({ type: 'connection_init', ...(authorization !== null && { payload: { authorization } }) });
      });
      socket.addEventListener('message', ({ data }) => {
        if (attempt === mine) receive(data);
      });
      socket.addEventListener('error', () => lost(mine, new StatuswireError('unavailable', 'The WebSocket failed.')));
      socket.addEventListener('close', ({ code }) => {
        // 4401 and 4403: the token was refused, or expired while connected (S30).
        const refused = code === 4401 || code === 4403;
        if (refused) auth.refused(authorization);
        lost(mine, new StatuswireError(refused ? 'unauthorized' : 'unavailable', `The WebSocket closed (${code}).`));
      });
    } catch (reason) {
      lost(mine, asStatusError(reason));
    }
  }

  /** The connection of `mine` is of no use any more: says so, and tries again while somebody waits for it. */
  function lost(mine: typeof attempt, error: StatuswireError): void {
    if (attempt !== mine || !mine) return;
    const stable =
      acknowledgedAt !== null &&
      timers.now() - acknowledgedAt >= stableMs &&
      [...feeds.values()].every(({ sink }) => sink.caughtUp());
    if (stable) failures = 0;
    disconnect();
    // A token that expired on a sound connection is no failure of the service: no wait.
    const pauseMs = error.code === 'unauthorized' && failures === 0 ? 0 : backoffMs(timers, failures);
    failures++;
    if (error.code !== 'unsupported' && feeds.size > 0) alarm.set(pauseMs, () => void connect());
    // Last, because a listener may open and close feeds.
    for (const [id, { sink }] of [...feeds]) if (feeds.has(id)) sink.down(error);
  }

  /** Not waiting for the close handshake, which a dead network never answers. */
  function disconnect(): void {
    const socket = attempt?.socket;
    attempt = null;
    acknowledgedAt = null;
    alarm.clear();
    for (const { retry } of feeds.values()) retry.clear();
    socket?.close(1000);
  }

  function receive(data: unknown): void {
    let message: { readonly type?: string; readonly id?: string; readonly payload?: unknown };
    try {
      message = JSON.parse(String(data)) ?? {};
    } catch {
      lost(attempt, new StatuswireError('bad-answer', 'The WebSocket carries no JSON.'));
      return;
    }
    if (acknowledgedAt !== null) keepAlive();
    const id = message.id ?? '';
    const feed = feeds.get(id);
    switch (message.type) {
      case 'connection_ack':
        acknowledgedAt = timers.now();
        keepAlive();
        for (const each of [...feeds.keys()]) subscribe(each);
        break;
      case 'ping':
        send({ type: 'pong' });
        break;
      case 'next': {
        if (!feed) break;
        feed.failures = 0;
        const update = readResult(message.payload);
        if (update) feed.sink.frame({ type: 'update', update });
        else feed.sink.missed();
        break;
      }
      case 'error':
      case 'complete':
        // Never the end of an execution (S17): the server dropped this one subscription.
        if (!feed) break;
        feed.retry.set(backoffMs(timers, feed.failures++), () => subscribe(id));
        feed.sink.down(new StatuswireError('unavailable', 'The subscription was ended by the server.'));
        break;
    }
  }

  function keepAlive(): void {
    const quiet = () => {
      const dead = attempt;
      alarm.set(pongTimeoutMs, () => lost(dead, new StatuswireError('unavailable', 'The WebSocket went silent.')));
      send({ type: 'ping' });
    };
    if (feeds.size > 0) alarm.set(pingAfterMs, quiet);
  }

  function subscribe(id: string): void {
    const feed = feeds.get(id);
    if (!feed) return;
    const { workflow, id: execution } = feed.target;
    send({ type: 'subscribe', id, payload: { query: subscription, variables: { workflow, id: execution } } });
    feed.sink.up();
  }

  function open(target: Target, sink: Sink): Feed {
    const id = String(nextId++);
    const retry = createAlarm(timers);
    feeds.set(id, { target, sink, retry, failures: 0 });
    if (acknowledgedAt !== null) {
      keepAlive();
      subscribe(id);
    } else if (!attempt && !alarm.isSet()) void connect();
    return {
      close() {
        if (!feeds.delete(id)) return;
        retry.clear();
        if (acknowledgedAt !== null) send({ type: 'complete', id });
        if (feeds.size > 0) return;
        if (acknowledgedAt === null) disconnect();
        else alarm.set(idleMs, disconnect);
      },
    };
  }

  return {
    channel: 'subscription',
    open,
    close() {
      feeds.clear();
      disconnect();
    },
  };
}
