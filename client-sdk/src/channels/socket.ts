import type { ChannelInfo } from '../../../core/contract.ts';
import { attempt } from '../attempt.ts';
import type { ChannelDeps, SharedChannel, Sink, Target } from '../channel.ts';
import { asStatusError, type StatusErrorCode, StatuswireError } from '../errors.ts';
import { drivePush } from '../push.ts';
import { type Alarm, backoffMs, createAlarm } from '../timers.ts';
import { readResult } from './selection.ts';

/** What the SDK needs of a WebSocket; the browsers', Node's and the `ws` package's fit. */
export interface WebSocketLike {
  send(data: string): void;
  close(code?: number, reason?: string): void;
  addEventListener(
    type: 'open' | 'message' | 'close' | 'error',
    listener: (event: { readonly type: string; readonly data?: unknown; readonly code?: number }) => void,
  ): void;
}
export type WebSocketConstructor = new (url: string, protocols: string | string[]) => WebSocketLike;

/** What the protocols of subscriptions do not have in common. Both stem from one, so they share most of their words. @internal */
export interface Codec {
  readonly protocol: ChannelInfo['protocol'];
  /** How to connect to the endpoint that discovery names; `init` is the payload of `connection_init`. */
  connect(endpoint: URL, token: string | null): Opening | Promise<Opening>;
  /** The message that starts a subscription, without its id. */
  start(endpoint: URL, token: string | null, target: Target): object | Promise<object>;
  /** The type of the message that ends one. */
  readonly stop: string;
  /** The server confirms each subscription (`start_ack`). */
  readonly confirms: boolean;
  /** How long the server may be silent, where it does not say itself; then it is asked (`pings`) or given up. */
  readonly quietMs: number;
  readonly pings: boolean;
}

/** @internal */
export type Opening = readonly [url: string, protocols: string | string[], init?: object | undefined];

/** From the first byte to `connection_ack`, or from `start` to `start_ack`. Proxies may let an upgrade through and drop the rest. */
const ackTimeoutMs = 10_000;
/** How long a server that was asked may take. */
const pongTimeoutMs = 10_000;
/** A timer this late says that the runtime slept, or throttled a hidden tab: what came meanwhile may still be queued. */
const lateMs = 2_000;
/** A connection that nobody needs is kept this long, so that the next watch, or a remount, finds it open. */
const idleMs = 1_000;
/** A connection that broke sooner was not worth a fresh start of the back-off, or refusals would be a tight loop. */
const stableMs = 5_000;
/** AppSync ends connections after 24 h; replaced before, at different times for clients that began together. */
const maxAgeMs = 23 * 3_600_000;

interface Connection {
  endpoint?: URL;
  socket?: WebSocketLike;
  token?: string | null;
  /** `connection_init` is sent. */
  asked?: boolean;
  /** When it was acknowledged. */
  since: number;
  quietMs: number;
}

interface Message {
  readonly type?: string;
  readonly id?: string;
  readonly payload?: unknown;
}

interface Subscription {
  /** New for each start, so that what an earlier one still sends is ignored. */
  id: string;
  /** In a row, of this subscription alone. */
  failures: number;
  /** Until it is confirmed, or started again after a refusal. */
  readonly retry: Alarm;
  readonly target: Target;
  readonly sink: Sink;
}

/**
 * Subscriptions over one WebSocket for all feeds, opened with the first and closed after the last. It reconnects by itself
 * for as long as there are feeds. A connection that is to be replaced (token, age) stays until the new one is acknowledged.
 * @internal
 */
export function socketChannel(deps: ChannelDeps, codec: Codec): SharedChannel {
  const { WebSocket, url, auth, discoverer, timers } = deps;
  const feeds = new Map<string, Subscription>();
  /** What is being opened, and its time-out; or the wait before it. */
  let next: Connection | null = null;
  const opening = createAlarm(timers);
  /** What is acknowledged. Whatever other connections still report is ignored. */
  let live: Connection | null = null;
  const silence = createAlarm(timers);
  const renewal = createAlarm(timers);
  let failures = 0;
  let nextId = 1;

  const all = () => [...feeds.values()];
  const send = (to: Connection | null, message: object) => to?.socket?.send(JSON.stringify(message));

  async function connect(): Promise<void> {
    const mine: Connection = { since: 0, quietMs: codec.quietMs };
    next = mine;
    opening.set(ackTimeoutMs, () => lost(mine, 'not acknowledged'));
    try {
      const info = await discoverer.find(codec.protocol);
      if (!info || !WebSocket) throw new StatuswireError('unsupported', 'There are no subscriptions here.');
      mine.endpoint = new URL(info.url, url);
      mine.token = await auth.token();
      const [to, protocols, payload] = await codec.connect(mine.endpoint, mine.token);
      if (next !== mine) return;
      const socket = new WebSocket(to, protocols);
      mine.socket = socket;
      socket.addEventListener('open', () => {
        if (next !== mine) return;
        mine.asked = true;
        send(mine, { type: 'connection_init', payload });
      });
      socket.addEventListener('message', ({ data }) => (next === mine || live === mine) && receive(mine, data));
      socket.addEventListener('error', () => lost(mine, 'failed'));
      socket.addEventListener('close', ({ code }) =>
        // 4401 and 4403: the token was refused, or expired while connected (S30).
        lost(mine, `closed (${code})`, code === 4401 || code === 4403 ? 'unauthorized' : undefined),
      );
    } catch (reason) {
      lost(mine, reason);
    }
  }

  /** `mine` is of no use any more. Tries again while somebody waits for it, and says so unless another one still works. */
  function lost(mine: Connection | null, why: unknown, refusal?: StatusErrorCode): void {
    if (!mine || (mine !== next && mine !== live)) return;
    const error = errorOf(why, refusal);
    const isRefused = error.code === 'unauthorized';
    // Behind API Gateway a service has no words for a token that has expired (S30): it only does not acknowledge it.
    if (isRefused || (mine === next && mine.asked)) auth.refused(mine.token);
    if (mine === next) dropNext();
    else {
      if (timers.now() - mine.since >= stableMs && all().every(({ sink }) => sink.caughtUp())) failures = 0;
      dropLive();
    }
    // A token that expired on a sound connection is no failure of the service: no wait.
    if (!next && feeds.size > 0 && error.code !== 'unsupported')
      opening.set(isRefused && failures === 0 ? 0 : backoffMs(timers, failures), () => void connect());
    failures++;
    // Last, because a listener may open and close feeds.
    if (!live) for (const { id, sink } of all()) if (feeds.has(id)) sink.down(error);
  }

  // Neither waits for the close handshake, which a dead network never answers.
  function dropNext(): void {
    const old = next;
    next = null;
    opening.clear();
    old?.socket?.close(1000);
  }

  function dropLive(): void {
    const old = live;
    live = null;
    for (const { clear } of [silence, renewal, ...all().map(({ retry }) => retry)]) clear();
    old?.socket?.close(1000);
  }

  function disconnect(): void {
    dropNext();
    dropLive();
  }

  function receive(mine: Connection, data: unknown): void {
    const message: Message | null | undefined = attempt(JSON.parse, String(data));
    if (message === undefined) {
      lost(mine, 'without JSON', 'bad-answer');
      return;
    }
    const { type, id, payload } = message ?? {};
    const feed = feeds.get(id ?? '');
    if (mine === live && feeds.size > 0) listen();
    if (type === 'ping') send(mine, { type: 'pong' });
    else if (type === 'connection_ack' && mine === next) acknowledged(mine, payload);
    else if (type === 'connection_error' || (type === 'error' && !id)) lost(mine, 'refused', codeOf(payload));
    else if (feed) {
      const { sink, target } = feed;
      if (type === 'start_ack') started(feed);
      // Never the end of an execution (S17): the server dropped this one subscription.
      else if (type === 'error' || type === 'complete') failed(feed, 'ended the subscription', codeOf(payload));
      else if (type === 'next' || type === 'data') {
        feed.failures = 0;
        const update = readResult(payload, target);
        if (update) sink.frame({ type: 'update', update });
        else sink.missed();
      }
    }
  }

  function acknowledged(mine: Connection, payload: unknown): void {
    dropLive();
    live = mine;
    next = null;
    opening.clear();
    mine.since = timers.now();
    mine.quietMs =
      (payload as { readonly connectionTimeoutMs?: number } | undefined)?.connectionTimeoutMs ?? mine.quietMs;
    renewal.set(Math.min(auth.dueMs(), maxAgeMs * (1 - timers.random() / 10)), () => void connect());
    listen();
    for (const feed of all()) void subscribe(feed);
  }

  /** Waits for the next sign of life of `live`, or for the next feed. @param asked How often it got more time since. */
  function listen(asked = 0): void {
    const mine = live;
    if (!mine) return;
    const isIdle = feeds.size === 0;
    const ms = isIdle ? idleMs : asked ? pongTimeoutMs : mine.quietMs;
    const due = timers.now() + ms;
    silence.set(ms, () => {
      if (isIdle) disconnect();
      else if ((asked === 0 && codec.pings) || (asked < 2 && timers.now() - due > lateMs)) {
        listen(asked + 1);
        if (codec.pings) send(mine, { type: 'ping' });
      } else lost(mine, 'silent');
    });
  }

  async function subscribe(feed: Subscription): Promise<void> {
    const mine = live;
    if (!mine?.endpoint) return;
    feeds.delete(feed.id);
    const id = String(nextId++);
    feed.id = id;
    feeds.set(id, feed);
    const isCurrent = () => live === mine && feeds.has(id);
    try {
      const message = await codec.start(mine.endpoint, await auth.token(), feed.target);
      if (!isCurrent()) return;
      if (codec.confirms) feed.retry.set(ackTimeoutMs, () => lost(mine, 'not acknowledged'));
      send(mine, { id, ...message });
      if (!codec.confirms) started(feed);
    } catch (reason) {
      if (isCurrent()) failed(feed, reason);
    }
  }

  function started({ retry, sink }: Subscription): void {
    retry.clear();
    sink.up();
  }

  function failed(feed: Subscription, why: unknown, refusal?: StatusErrorCode): void {
    if (refusal) auth.refused(live?.token);
    // A fresh token may name what this one did not; graphql-transport-ws takes it only with a connection.
    feed.retry.set(backoffMs(timers, feed.failures++), () => void (refusal && !next ? connect() : subscribe(feed)));
    feed.sink.down(errorOf(why, refusal));
  }

  return {
    channel: 'subscription',
    drive: drivePush,
    open(target, sink) {
      const feed: Subscription = { id: String(nextId++), failures: 0, retry: createAlarm(timers), target, sink };
      feeds.set(feed.id, feed);
      listen();
      if (live) void subscribe(feed);
      else if (!next && !opening.isSet()) void connect();
      return {
        close() {
          if (!feeds.delete(feed.id)) return;
          feed.retry.clear();
          send(live, { id: feed.id, type: codec.stop });
          if (feeds.size > 0) return;
          dropNext();
          listen();
        },
      };
    },
    wake(stale) {
      if (stale) for (const each of [live, next]) lost(each, 'asleep');
      if (feeds.size > 0 && !live && !next) void connect();
    },
    close() {
      disconnect();
      feeds.clear();
    },
  };
}

const errorOf = (why: unknown, code: StatusErrorCode = 'unavailable'): StatuswireError =>
  typeof why === 'string' ? new StatuswireError(code, `The WebSocket: ${why}.`) : asStatusError(why);

/** GraphQL errors, AppSync's with `errorType` and `errorCode`, whose names occur with and without `Exception`. */
const codeOf = (payload: unknown): StatusErrorCode | undefined =>
  /"(errorType|errorCode|code)":"?(unauthori|forbidden|40[13]\b)/i.test(JSON.stringify(payload))
    ? 'unauthorized'
    : undefined;
