import type { Json, Update } from '../../core/contract.ts';
import { createAuth, type TokenSource } from './auth.ts';
import { isUpdate } from './channel.ts';
import { pollChannel } from './channels/poll.ts';
import { transportWsChannel, type WebSocketConstructor } from './channels/transport-ws.ts';
import { createDiscoverer } from './discovery.ts';
import { StatuswireError } from './errors.ts';
import { createRequest, type Fetch } from './http.ts';
import { type ChannelChoice, supervise } from './supervisor.ts';
import { realTimers, type Timers } from './timers.ts';
import { createWatch, type Watch, type WatchOptions } from './watch.ts';

export interface ClientOptions {
  /** Where the service answers, e.g. `https://status.example.com`; in browsers also relative to the page. */
  readonly url: string;
  /**
   * API key or watch token, or a function that gets one: asked at the first request and whenever the service refuses the
   * current one. Its errors are retried, unless it throws a `StatuswireError` of the code `unauthorized`.
   * @default none, for deployments that add it on the way
   */
  readonly token?: TokenSource;
  /**
   * `auto`: subscriptions, and polling while they do not work. `polling`: HTTP only. `subscription`: no polling; HTTP only
   * for what the subscription did not carry.
   * @default 'auto'
   */
  readonly channels?: ChannelChoice;
  /** @default the runtime's */
  readonly fetch?: Fetch;
  /** @default the runtime's; without one, `auto` polls */
  readonly WebSocket?: WebSocketConstructor;
  /** Clock and chance, for tests. @default the runtime's */
  readonly timers?: Timers;
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
export interface StatusClient<Workflows = Record<string, unknown>> extends Disposable {
  /** A handle to one execution, which need not exist yet. No I/O until it is read. */
  watch<W extends keyof Workflows & string>(workflow: W, id: string, options?: WatchOptions): Watch<Workflows[W]>;
  /** The latest update, once. Rejects with a `StatuswireError`; nothing is retried. */
  status(workflow: keyof Workflows & string, id: string, options?: CallOptions): Promise<Update>;
  /** Starts an execution. Rejects with a `StatuswireError`, `conflict` when the id is taken; nothing is retried. */
  start(workflow: keyof Workflows & string, options?: StartOptions): Promise<Started>;
  /** Ends all watches and the connection. Twice is once. */
  close(): void;
}

/**
 * A client of one Statuswire service.
 *
 * @example
 * const client = createStatusClient({ url: 'https://status.example.com', token: () => fetchToken() });
 * for await (const update of client.watch('orders', 'order-1042')) console.log(update.seq, update.status);
 */
export function createStatusClient<Workflows = Record<string, unknown>>(
  options: ClientOptions,
): StatusClient<Workflows> {
  const { timers = realTimers, channels: choice = 'auto' } = options;
  const url = new URL(options.url, globalThis.location?.href).href.replace(/\/+$/, '');
  const auth = createAuth(options.token);
  const lifetime = new AbortController();
  const request = createRequest({
    url,
    auth,
    timers,
    lifetime: lifetime.signal,
    fetch: options.fetch ?? ((to, init) => globalThis.fetch(to, init)),
  });
  const discoverer = createDiscoverer(request, timers);
  const WebSocket = options.WebSocket ?? (globalThis.WebSocket as WebSocketConstructor | undefined) ?? null;
  const poll = pollChannel({ request, discoverer, timers });
  const push = transportWsChannel({ WebSocket, url, auth, discoverer, timers });
  const open = new Set<() => void>();

  const pathOf = (workflow: string, id: string) => `${encodeURIComponent(workflow)}/${encodeURIComponent(id)}`;

  function close(): void {
    for (const closeWatch of open) closeWatch();
    push.close();
    lifetime.abort(new StatuswireError('closed', 'The client was closed.'));
  }

  return {
    watch: (workflow, id, watchOptions = {}) =>
      createWatch({
        workflow,
        id,
        options: watchOptions,
        timers,
        open,
        isClientClosed: () => lifetime.signal.aborted,
        supervise: (watch, notFoundAfterMs) =>
          supervise({ target: { workflow, id }, choice, poll, push, timers, notFoundAfterMs, watch }),
        fetchResult: async (signal) => (await request(`/result/${pathOf(workflow, id)}`, { signal })).body as Json,
      }) as Watch<Workflows[typeof workflow]>,

    async status(workflow, id, { signal } = {}) {
      const { body } = await request(`/status/${pathOf(workflow, id)}`, { signal });
      if (!isUpdate(body)) throw new StatuswireError('bad-answer', 'The answer is no update.');
      return body;
    },

    async start(workflow, { id, input, idempotencyKey, signal } = {}) {
      const { body } = await request(`/executions/${encodeURIComponent(workflow)}`, {
        method: 'POST',
        body: { ...(id !== undefined && { id }), ...(input !== undefined && { input }) },
        headers: { ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }) },
        signal,
      });
      return body as Started;
    },

    close,
    [Symbol.dispose]: close,
  };
}
