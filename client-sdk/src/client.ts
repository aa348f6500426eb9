import type { Json, Update } from '../../core/contract.ts';
import { attempt } from './attempt.ts';
import { createAuth, type TokenSource } from './auth.ts';
import { asUpdate, type ChannelDeps, type ChannelFactory, type PullChannel, type SharedChannel } from './channel.ts';
import { pollChannel } from './channels/poll.ts';
import type { WebSocketConstructor } from './channels/socket.ts';
import { createDiscoverer } from './discovery.ts';
import { createEnvironment, type Environment } from './environment.ts';
import { StatuswireError } from './errors.ts';
import { createRequest, type Fetch, pathOf } from './http.ts';
import { createAlarm, realTimers, type Timers } from './timers.ts';
import { createWatch, type OpenWatch, type Watch, type WatchHost, type WatchOptions } from './watch.ts';

/** Where a client keeps what should outlive it. What it throws is ignored. `Map` fits, and `localStorage` by two lambdas. */
export interface Storage {
  get(key: string): string | null | undefined;
  set(key: string, value: string): unknown;
}

export interface CoreClientOptions {
  /**
   * Where the service answers, e.g. `https://status.example.com`; in browsers also relative to the page. Another protocol, a query or
   * a fragment throws a `StatuswireError` of the code `invalid`.
   */
  readonly url: string;
  /**
   * API key or watch token, or a function that gets one: asked at the first request, shortly before a JWT expires, and
   * whenever the service refuses the current one. Its errors are retried, unless it throws a `StatuswireError` of the code
   * `unauthorized`.
   * @default none, for deployments that add it on the way
   */
  readonly token?: TokenSource;
  /**
   * Push channels by preference. With `poll()` among them, at any place, polling carries the updates while none of them
   * works; without it HTTP is used only for what they did not carry.
   */
  readonly channels: readonly ChannelFactory[];
  /** @default the runtime's */
  readonly fetch?: Fetch;
  /** @default the runtime's; where there is none, subscriptions do not exist */
  readonly WebSocket?: WebSocketConstructor;
  /** Clock and chance, for tests. @default the runtime's */
  readonly timers?: Timers;
  /** When the device wakes, comes online, or the page is hidden and shown. @default what browsers tell */
  readonly environment?: Environment;
  /**
   * Keeps the channel that worked, for at most 30 min, and where watches with `resume` stand. Only this client's own
   * executions are written, but with all that their updates hold.
   * @default memory, for the life of the client
   */
  readonly storage?: Storage;
}

interface CallOptions {
  readonly signal?: AbortSignal;
}

export interface StartOptions {
  /** The execution's name. @default made up by the service */
  readonly id?: string;
  readonly input?: Json;
  /** Makes repeating the call safe for 24 h: the same key and body give the same answer. */
  readonly idempotencyKey?: string;
  readonly signal?: AbortSignal;
}

/** What a start answers (design §4). */
export interface Started {
  readonly workflow: string;
  readonly id: string;
  /** A watch token for this execution, fit for a browser. */
  readonly token: string;
  readonly statusUrl: string;
  readonly resultUrl: string;
}

/** `Workflows` maps workflow names to their definitions; see `StateName`. */
export interface StatusClient<Workflows = Record<string, unknown>> extends Disposable, AsyncDisposable {
  /** A handle to one execution, which need not exist yet. No I/O until it is read. */
  watch<W extends keyof Workflows & string>(workflow: W, id: string, options?: WatchOptions): Watch<Workflows[W]>;
  /** The latest update, once. Rejects with a `StatuswireError`; nothing is retried. */
  status(workflow: keyof Workflows & string, id: string, options?: CallOptions): Promise<Update>;
  /** Starts an execution. Rejects with a `StatuswireError`, `conflict` when the id is taken; nothing is retried. */
  start(workflow: keyof Workflows & string, options?: StartOptions): Promise<Started>;
  /** Tries everything that waits for its next attempt now: for a "Retry" button. */
  retryNow(): void;
  /** Ends all watches and the connections. Twice is once. */
  close(): void;
}

/** Hidden for so long, a page needs no push channel (client-sdk/SPEC.md, I14). */
const hiddenMs = 60_000;

/**
 * A client of one Statuswire service with the channels that it is given. Nothing is asked before something is read.
 *
 * @example
 * const client = createStatusClient({ url: 'https://status.example.com', token: () => fetchToken(), channels: [poll()] });
 * for await (const update of client.watch('orders', 'order-1042')) console.log(update.seq, update.status);
 */
export function createStatusClient<Workflows = Record<string, unknown>>(
  options: CoreClientOptions,
): StatusClient<Workflows> {
  const {
    token,
    fetch = (to, init) => globalThis.fetch(to, init),
    WebSocket = (globalThis.WebSocket as WebSocketConstructor | undefined) ?? null,
    timers = realTimers,
    environment = createEnvironment(timers),
    storage = new Map<string, string>(),
  } = options;
  const resolved = attempt(() => new URL(options.url, globalThis.location?.href).href) ?? '';
  if (!/^https?:[^?#]+$/.test(resolved)) throw new StatuswireError('invalid', `url: ${options.url} is no base URL`);
  const url = resolved.replace(/\/+$/, '');
  const auth = createAuth(token, timers);
  const ending = new AbortController();
  const lifetime = ending.signal;
  const request = createRequest({ url, auth, timers, lifetime, fetch });
  const discoverer = createDiscoverer(request, timers);
  const deps: ChannelDeps = { request, auth, discoverer, timers, url, WebSocket, fetch };
  const channels = options.channels.map((channel) => channel(deps));
  const polling = channels.find((channel): channel is PullChannel => channel.channel === 'polling');
  const pushes = channels.filter((channel): channel is SharedChannel => channel.channel !== 'polling');
  const open = new Set<OpenWatch>();
  const hidden = createAlarm(timers);
  let leaveEnvironment: (() => void) | null = null;

  const host: WatchHost = {
    request,
    timers,
    lifetime,
    pushes,
    polls: !!polling,
    puller: polling ?? pollChannel(deps),
    memory(...names) {
      const key = `statuswire:${url}${pathOf(...names)}`;
      // It may throw, as Safari's private mode does. It is a convenience only.
      return {
        get: () => attempt(() => JSON.parse(storage.get(key) ?? 'null')),
        set: (value) => void attempt(() => storage.set(key, JSON.stringify(value))),
      };
    },
    enter(watch) {
      leaveEnvironment ??= environment.onWake(wake, hide);
      open.add(watch);
      return () => {
        open.delete(watch);
        if (open.size > 0) return;
        hidden.clear();
        leaveEnvironment?.();
        leaveEnvironment = null;
      };
    },
  };

  function wake(stale: boolean): void {
    hidden.clear();
    for (const channel of pushes) channel.wake(stale);
    for (const watch of open) watch.wake();
  }

  const hide = () =>
    hidden.set(hiddenMs, () => {
      for (const watch of open) watch.rest();
    });

  function close(): void {
    ending.abort(new StatuswireError('closed', 'The client was closed.'));
    for (const each of [...open, ...pushes]) each.close();
  }

  return {
    watch: (workflow, id, watchOptions = {}) =>
      createWatch(host, { workflow, id }, watchOptions) as Watch<Workflows[typeof workflow]>,

    async status(workflow, id, { signal } = {}) {
      const { body } = await request(`/status${pathOf(workflow, id)}`, { signal });
      return asUpdate(body);
    },

    async start(workflow, { id, input, idempotencyKey, signal } = {}) {
      const { body } = await request(`/executions${pathOf(workflow)}`, {
        method: 'POST',
        body: JSON.stringify({ id, input }),
        headers: {
          'content-type': 'application/json',
          ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
        },
        signal,
      });
      return body as Started;
    },

    retryNow: () => wake(false),
    close,
    [Symbol.dispose]: close,
    [Symbol.asyncDispose]: async () => close(),
  };
}
