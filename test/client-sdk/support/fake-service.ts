import { type ClientOptions, createStatusClient, type StatusClient } from '../../../client-sdk/src/index.ts';
import type { Update } from '../../../core/contract.ts';
import { createFakeClock, type FakeClock } from './fake-clock.ts';
import { createFakeLog, type FakeLog } from './fake-log.ts';
import { createFakeSocket, type FakeSocket, type Message } from './fake-socket.ts';

/** How the service behaves; tests change it while it runs. */
export interface Behaviour {
  /** `down`: no connection. `hang`: never answers. `html`: a proxy's page. `busy`: 503 with Retry-After. */
  http: 'ok' | 'down' | 'hang' | 'html' | 'busy';
  /**
   * `refuse`: no upgrade. `silent`: opens, never acknowledges. `forbidden`: closes with 4403. Of bad tokens only:
   * `unheard`: as `silent`; `dropped`: closes with 1000.
   */
  socket: 'ok' | 'refuse' | 'silent' | 'forbidden' | 'unheard' | 'dropped';
  /** From construction to `open`, in ms. */
  openMs: number;
  discovery: 'ok' | 'absent' | 'polling-only';
  maxWaitSeconds: number | null;
  retryAfter: string | null;
  pageSize: number;
  /** How long an answer travels after it was made, in ms. */
  answerMs: number;
  /** How many of the newest updates a read does not show yet. */
  staleBy: number;
  /** Pushes to lose before they leave the service. */
  dropPushes: boolean;
  exists: boolean;
}

export interface FakeService {
  readonly clock: FakeClock;
  readonly log: FakeLog;
  readonly behaviour: Behaviour;
  /** Every request, path with query, oldest first. */
  readonly requests: { readonly at: number; readonly path: string; readonly authorization: string | null }[];
  readonly sockets: FakeSocket[];
  /** Tokens the service takes; null: any. */
  tokens: Set<string> | null;
  /** Commits an update and pushes it. */
  append(change?: Partial<Update>): Update;
  pulls(): number;
  /** Requests that wait for the next update. */
  held(): number;
  readonly fetch: (target: string, init: RequestInit) => Promise<Response>;
  client(options?: Partial<ClientOptions>): StatusClient;
}

export function createFakeService(clock: FakeClock = createFakeClock()): FakeService {
  const log = createFakeLog();
  const behaviour: Behaviour = {
    http: 'ok',
    socket: 'ok',
    openMs: 0,
    discovery: 'ok',
    maxWaitSeconds: null,
    retryAfter: '1',
    pageSize: 100,
    answerMs: 0,
    staleBy: 0,
    dropPushes: false,
    exists: true,
  };
  const url = 'https://status.test/base';
  const held = new Set<() => void>();
  const accepts = (authorization: string | null) =>
    service.tokens === null || service.tokens.has(String(authorization).replace('Bearer ', ''));

  const answer = (status: number, body: unknown, headers: Record<string, string> = {}) =>
    new Response(typeof body === 'string' ? body : JSON.stringify(body), { status, headers });

  function route(path: string, query: URLSearchParams): Response {
    const pace: Record<string, string> = behaviour.retryAfter === null ? {} : { 'Retry-After': behaviour.retryAfter };
    if (path === '/.well-known/statuswire') {
      if (behaviour.discovery === 'absent') return answer(404, '<h1>nothing here</h1>');
      const wait = behaviour.maxWaitSeconds === null ? {} : { maxWaitSeconds: behaviour.maxWaitSeconds };
      const channels = [
        { channel: 'polling', protocol: 'http', url, ...wait },
        { channel: 'subscription', protocol: 'graphql-transport-ws', url: 'wss://status.test/base/graphql' },
      ];
      return answer(200, { version: 1, channels: channels.slice(0, behaviour.discovery === 'ok' ? 2 : 1) });
    }
    const last = log.updates.at(-1);
    if (!behaviour.exists || !last) return answer(404, { type: 'not-found', title: 'Not found', status: 404 }, pace);
    if (path === '/status/orders/order-1') return answer(200, last, pace);
    if (path === '/result/orders/order-1') return answer(200, { output: { whole: true } });
    if (path !== '/status/orders/order-1/updates') return answer(404, { title: 'No such route' });
    if (query.get('after') === 'malformed') return answer(400, { title: 'Bad request', detail: 'no cursor' });
    const page = log.read(query.get('after'), behaviour.pageSize, behaviour.staleBy);
    return answer(200, page, page.more || last.done ? {} : pace);
  }

  async function fetch(target: string, init: RequestInit): Promise<Response> {
    const { pathname, searchParams } = new URL(target);
    const path = pathname.replace('/base', '');
    const authorization = new Headers(init.headers).get('authorization');
    service.requests.push({ at: clock.now(), path: target.replace(url, ''), authorization });
    if (behaviour.http === 'down') throw new TypeError('fetch failed');
    if (behaviour.http === 'html') return answer(200, '<html>Please sign in</html>');
    if (behaviour.http === 'busy') return answer(503, { title: 'Busy' }, { 'Retry-After': '20' });
    if (behaviour.http === 'hang') await aborted(init.signal);
    if (path !== '/.well-known/statuswire' && !accepts(authorization)) return answer(401, { title: 'Unauthorized' });
    const after = searchParams.get('after');
    const wait = Number(searchParams.get('wait') ?? 0) * 1000;
    if (wait > 0 && after === log.updates.at(-1)?.cursor) await hold(wait, init.signal);
    const response = route(path, searchParams);
    if (behaviour.answerMs > 0) await new Promise<void>((resolve) => clock.setTimeout(resolve, behaviour.answerMs));
    return response;
  }

  /** Until something is appended, or the time is over. */
  const hold = (ms: number, signal: AbortSignal | null | undefined) =>
    new Promise<void>((resolve, reject) => {
      const go = () => {
        clock.clearTimeout(timer);
        held.delete(go);
        resolve();
      };
      const timer = clock.setTimeout(go, ms);
      held.add(go);
      signal?.addEventListener('abort', () => {
        clock.clearTimeout(timer);
        held.delete(go);
        reject(signal.reason);
      });
    });

  const aborted = (signal: AbortSignal | null | undefined) =>
    new Promise<never>((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));

  function onMessage(from: FakeSocket, message: Message): void {
    if (message.type === 'connection_init') {
      if (behaviour.socket === 'silent') return;
      const refused = behaviour.socket === 'forbidden' || !accepts(String(message.payload?.authorization));
      if (refused && behaviour.socket === 'unheard') return;
      if (refused) from.end(behaviour.socket === 'dropped' ? 1000 : 4403);
      else from.send({ type: 'connection_ack' });
    } else if (message.type === 'subscribe' && message.id) {
      from.subscriptions.set(message.id, message.payload?.variables as { workflow: string; id: string });
    } else if (message.type === 'complete' && message.id) from.subscriptions.delete(message.id);
    else if (message.type === 'ping' && behaviour.socket !== 'silent') from.send({ type: 'pong' });
  }

  class FakeWebSocket {
    constructor(to: string, protocol: string) {
      const fake = createFakeSocket(to, protocol, onMessage);
      service.sockets.push(fake);
      clock.setTimeout(() => (behaviour.socket === 'refuse' ? fake.fail() : fake.open()), behaviour.openMs);
      // biome-ignore lint/correctness/noConstructorReturn: a constructor is what the SDK takes
      return fake.socket as FakeWebSocket;
    }
  }

  const service: FakeService = {
    clock,
    log,
    behaviour,
    requests: [],
    sockets: [],
    tokens: null,
    append(change) {
      const update = log.append(change);
      for (const go of [...held]) go();
      const wire = { ...update, output: update.output === null ? null : JSON.stringify(update.output) };
      for (const socket of behaviour.dropPushes ? [] : service.sockets) {
        for (const id of socket.subscriptions.keys()) {
          socket.send({ type: 'next', id, payload: { data: { statusChanged: wire } } });
        }
      }
      return update;
    },
    pulls: () => service.requests.filter(({ path }) => path.startsWith('/status/')).length,
    held: () => held.size,
    fetch,
    client: (options = {}) =>
      createStatusClient({
        url,
        token: 'secret-token',
        fetch,
        WebSocket: FakeWebSocket as unknown as NonNullable<ClientOptions['WebSocket']>,
        timers: clock,
        ...options,
      }),
  };
  return service;
}
