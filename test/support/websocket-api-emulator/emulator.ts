import { once } from 'node:events';
import { createServer, type IncomingMessage, STATUS_CODES } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Cancel, Clock } from '../../../embedded/subscriptions/clock.ts';
import { eventsOf } from './events.ts';
import { createFrameMeter } from './frame-meter.ts';
import { createManagement, frameBytes, type ManagementOptions, messageBytes } from './management.ts';

/** What a Lambda answers a route with. */
interface RouteResult {
  readonly statusCode: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

type Event = { readonly requestContext: object };

export interface WebsocketApiOptions {
  /** The Lambda of all three routes. */
  readonly handler: (event: unknown) => Promise<RouteResult>;
  readonly clock: Clock;
  /** Fate of requests to the management API. @default pass */
  readonly decide?: ManagementOptions['decide'];
  /** May hold back an invocation, so that a later one overtakes it. */
  readonly before?: (event: Event) => Promise<void>;
  /** `$disconnect` is best effort. @default true */
  readonly tellsDisconnects?: boolean;
  /**
   * Close code that a client sees after `DELETE`. 1000 is what AWS's own logs were reported to show (aws/chalice#2060);
   * nothing documents it. null: a close frame without a code. @default 1000
   */
  readonly deleteCode?: number | null;
}

export interface WebsocketApi {
  /** Of the WebSocket API. */
  readonly url: string;
  /** Of its management API. */
  readonly managementUrl: string;
  /** Connections made since the start, refused ones too. */
  readonly made: () => number;
  readonly open: () => readonly string[];
  /** Connections vanish as a client that lost its network does: nothing is said to anybody. */
  readonly vanish: () => void;
  readonly close: () => Promise<void>;
}

const idleMs = 10 * 60_000;
const connectionMs = 2 * 3_600_000;
const stage = 'live';

/**
 * API Gateway's WebSocket API and management API on one port of the loopback, as far as its documentation tells: upgrades
 * wait for `$connect`, messages of one connection are handled at once and not in turn, sockets end after 10 minutes of
 * silence and after 2 hours, and nothing can be posted to one that is not open.
 */
export async function startWebsocketApi(options: WebsocketApiOptions): Promise<WebsocketApi> {
  const { handler, clock, decide = () => 'pass', before = async () => undefined } = options;
  const { tellsDisconnects = true, deleteCode = 1000 } = options;
  const open = new Map<string, { readonly socket: WebSocket; idle: Cancel; readonly life: Cancel }>();
  const subprotocols = new WeakMap<IncomingMessage, string>();
  const webSockets = new WebSocketServer({
    noServer: true,
    maxPayload: messageBytes,
    perMessageDeflate: false,
    handleProtocols: (_offered, request) => subprotocols.get(request) ?? false,
  });
  let made = 0;

  async function invoke(event: Event): Promise<RouteResult> {
    await before(event);
    return handler(JSON.parse(JSON.stringify(event)));
  }

  function end(connectionId: string, code: number | null, reason: string): void {
    const found = open.get(connectionId);
    open.delete(connectionId);
    found?.idle();
    found?.life();
    if (code === null) found?.socket.close();
    else found?.socket.close(code, reason);
  }

  function touch(connectionId: string): void {
    const found = open.get(connectionId);
    found?.idle();
    if (found) found.idle = clock.after(idleMs, () => end(connectionId, 1001, 'Going away'));
  }

  async function upgrade(request: IncomingMessage, stream: Duplex, head: Buffer): Promise<void> {
    made += 1;
    const connectionId = `${Buffer.from(`socket ${made}`).toString('base64url')}=`;
    const source = { connectionId, connectedAt: clock.now(), host: String(request.headers.host), stage };
    const events = eventsOf(source, clock);
    const result = await invoke(events.connect(request.headers)).catch((): RouteResult => ({ statusCode: 502 }));
    if (result.statusCode < 200 || result.statusCode >= 300) return refuse(stream, result.statusCode);
    const subprotocol = result.headers?.['Sec-WebSocket-Protocol'];
    if (subprotocol !== undefined) subprotocols.set(request, subprotocol);
    const meter = createFrameMeter(frameBytes, () => end(connectionId, 1009, ''));
    webSockets.handleUpgrade(request, stream, head, (socket) => {
      stream.prependListener('data', meter);
      open.set(connectionId, {
        socket,
        idle: () => undefined,
        life: clock.after(connectionMs, () => end(connectionId, 1001, 'Going away')),
      });
      touch(connectionId);
      socket.on('error', () => undefined);
      socket.on('message', (data, isBinary) => void message(connectionId, events.message(data as Buffer, isBinary)));
      socket.on('close', (code, reason) => {
        end(connectionId, null, '');
        if (tellsDisconnects) void invoke(events.disconnect(code, String(reason))).catch(() => undefined);
      });
    });
  }

  async function message(connectionId: string, event: Event): Promise<void> {
    // What is too large ended the connection when its header came.
    if (!open.has(connectionId)) return;
    touch(connectionId);
    try {
      const { body } = await invoke(event);
      if (body) open.get(connectionId)?.socket.send(body);
    } catch {
      const told = { message: 'Internal server error', connectionId, requestId: 'Req=' };
      open.get(connectionId)?.socket.send(JSON.stringify(told));
    }
  }

  const management = createManagement({
    ...{ stage, touch, end, decide, deleteCode },
    find: (connectionId) => open.get(connectionId)?.socket ?? null,
  });
  const http = createServer((request, response) => void management(request, response));
  http.on('upgrade', (request, stream, head) => void upgrade(request, stream, head));
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const { port } = http.address() as AddressInfo;

  return {
    url: `ws://127.0.0.1:${port}/${stage}`,
    managementUrl: `http://127.0.0.1:${port}/${stage}`,
    made: () => made,
    open: () => [...open.keys()],
    vanish() {
      for (const [connectionId, { idle, life }] of open) {
        idle();
        life();
        open.delete(connectionId);
      }
    },
    async close() {
      for (const connectionId of open.keys()) end(connectionId, null, '');
      for (const socket of webSockets.clients) socket.terminate();
      http.closeAllConnections();
      await new Promise((resolve) => void http.close(resolve));
    },
  };
}

function refuse(stream: Duplex, status: number): void {
  stream.on('error', () => stream.destroy());
  stream.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
