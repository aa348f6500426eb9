import type { Update } from '../../../core/contract.ts';
import type { WebSocketConstructor } from '../channels/transport-ws.ts';
import type { Environment } from '../environment.ts';
import type { Fetch } from '../http.ts';
import { type ClientOptions, createStatusClient, type StatusClient } from '../index.ts';
import { createTestClock, type TestClock } from './clock.ts';
import { createPushFaults } from './faults.ts';
import { createTestFetch } from './fetch.ts';
import { createGateway } from './gateway.ts';
import { createHttp, type HttpAnswer, type HttpCall, problem } from './http.ts';
import { createRun, type OpenRun, type TestRun } from './run.ts';

/** One request that reached the test service. */
export interface TestRequest {
  /** Epoch milliseconds, of the service's clock. */
  readonly at: number;
  readonly method: string;
  /** With its query. */
  readonly path: string;
}

/** A Statuswire service in memory: the same HTTP and graphql-transport-ws, on a clock that tests move. */
export interface TestService extends Disposable {
  /** For `createStatusClient`, beside what follows. */
  readonly url: string;
  readonly fetch: Fetch;
  readonly WebSocket: WebSocketConstructor;
  /** The clock of the service and of its clients. */
  readonly timers: TestClock;
  readonly environment: Environment;
  /** The token that is valid now. */
  readonly token: () => string;
  /** A client of this service, connected by all of the above, and closed with it. */
  client<Workflows = Record<string, unknown>>(options?: Partial<ClientOptions>): StatusClient<Workflows>;
  /** An execution; the same handle for the same names. It does not exist for clients before its first update. */
  run(workflow: string, id: string): TestRun;
  /** What was asked so far, oldest first. */
  readonly requests: readonly TestRequest[];
  /** Moves the clock, runs the timers that fall due, and lets promises settle. @param ms @default 0 */
  advance(ms?: number): Promise<void>;

  /** Loses the next `count` pushes. @default 1 */
  drop(count?: number): void;
  /** Delivers each of the next `count` pushes twice. @default 1 */
  duplicate(count?: number): void;
  /** Keeps the next `count` pushes and delivers them together, the last one first. @default 2 */
  reorder(count?: number): void;
  /** The device loses its network: connections break, requests fail. */
  goOffline(): void;
  /** It has one again, and the environment says so. */
  goOnline(): void;
  /** WebSockets are refused, as behind a strict proxy; HTTP works. */
  refusePush(): void;
  allowPush(): void;
  /** The token of before is refused, sockets are closed with 4403 (S30); `token` gives a new one. */
  expireToken(): void;
  /** The environment wakes. @param stale what was open is presumed dead, as after sleep. @default false */
  wake(stale?: boolean): void;
  /** The page is hidden, where a client cares. */
  hide(): void;
  /** Closes its clients. */
  close(): void;
}

const url = 'https://status.test';

/**
 * A service for tests of applications: no network, no waiting, no dependencies, in any runner.
 *
 * @example
 * const service = createTestService();
 * const order = service.run('orders', 'order-1');
 * order.start();
 * const watch = service.client().watch('orders', 'order-1');
 * watch.subscribe(({ status }) => console.log(status));
 * await service.advance();
 */
export function createTestService(): TestService {
  const timers = createTestClock();
  const runs = new Map<string, OpenRun>();
  const requests: TestRequest[] = [];
  const clients = new Set<StatusClient>();
  const listeners = new Set<{ readonly wake: (stale: boolean) => void; readonly hidden: () => void }>();
  const held = new Set<(goesOn: boolean) => void>();
  let online = true;
  let pushes = true;
  let tokens = 1;

  const token = () => `test-token-${tokens}`;
  const gateway = createGateway({ setTimeout: timers.setTimeout, accepts: () => online && pushes, token });
  const faults = createPushFaults<Update>(gateway.push);

  /** Lets go the requests that are held. @param goesOn they may be held again */
  function release(goesOn: boolean): void {
    for (const go of [...held]) go(goesOn);
  }

  function publish(update: Update): void {
    release(true);
    faults.pass(update);
  }

  const nameOf = (workflow: string, id: string) => JSON.stringify([workflow, id]);
  const find = (workflow: string, id: string) => runs.get(nameOf(workflow, id));
  function create(workflow: string, id: string): OpenRun {
    const open = find(workflow, id) ?? createRun(workflow, id, timers.now, publish);
    runs.set(nameOf(workflow, id), open);
    return open;
  }

  const hold = (ms: number, signal: AbortSignal | null): Promise<boolean> =>
    new Promise((resolve) => {
      const go = (goesOn: boolean) => {
        timers.clearTimeout(timer);
        held.delete(go);
        signal?.removeEventListener('abort', onAbort);
        resolve(goesOn);
      };
      const onAbort = () => go(false);
      const timer = timers.setTimeout(() => go(true), ms);
      held.add(go);
      signal?.addEventListener('abort', onAbort);
    });

  const newId = () => `execution-${runs.size + 1}`;
  const route = createHttp({ url, clock: timers, find, newId, create, token, hold });
  async function answer(call: HttpCall): Promise<HttpAnswer> {
    const query = String(call.query);
    requests.push({ at: timers.now(), method: call.method, path: query ? `${call.path}?${query}` : call.path });
    const before = tokens;
    const found = online ? await route(call) : null;
    // It may have gone meanwhile, and the token, too.
    if (!online || !found) throw new TypeError('fetch failed');
    return before !== tokens && call.path !== '/.well-known/statuswire' ? problem('unauthorized') : found;
  }

  const environment: Environment = {
    onWake(wake, hidden) {
      const listener = { wake, hidden };
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
  const wake = (stale: boolean) => {
    for (const listener of [...listeners]) listener.wake(stale);
  };

  const fetch = createTestFetch(url, answer);
  function close(): void {
    for (const client of clients) client.close();
    clients.clear();
  }

  return {
    url,
    fetch,
    WebSocket: gateway.WebSocket,
    timers,
    environment,
    token,
    requests,
    client<Workflows>(options: Partial<ClientOptions> = {}) {
      const own = { url, token, fetch, WebSocket: gateway.WebSocket, timers, environment };
      const client = createStatusClient<Workflows>({ ...own, ...options });
      clients.add(client as StatusClient);
      return client;
    },
    run: (workflow, id) => create(workflow, id).run,
    advance: (ms = 0) => timers.advance(ms),
    drop: faults.drop,
    duplicate: faults.duplicate,
    reorder: faults.reorder,
    goOffline() {
      online = false;
      release(false);
      gateway.cut(null);
    },
    goOnline() {
      online = true;
      // As browsers' `online`: the sockets of the network before are dead.
      wake(true);
    },
    refusePush() {
      pushes = false;
      gateway.cut(null);
    },
    allowPush() {
      pushes = true;
    },
    expireToken() {
      tokens++;
      release(false);
      gateway.cut(4403);
    },
    wake: (stale = false) => wake(stale),
    hide() {
      for (const { hidden } of [...listeners]) hidden();
    },
    close,
    [Symbol.dispose]: close,
  };
}
