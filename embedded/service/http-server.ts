import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import type { QuickAnswer, QuickStatus } from '../../handlers/api/quick-status.ts';
import type { SubscriptionServer } from '../subscriptions/server.ts';
import { defaultHttpLimits, type HttpLimits, serverOptionsOf } from './http-limits.ts';
import { closeLingering } from './lingering-close.ts';
import type { Strangers } from './strangers.ts';
import type { Tls } from './tls.ts';

export interface HttpServerOptions {
  readonly fetch: (request: Request) => Response | Promise<Response>;
  /** Asked before `fetch`. @default everything goes to `fetch` */
  readonly quick?: QuickStatus;
  readonly subscriptions: SubscriptionServer;
  /** Path of the WebSocket endpoint; AppSync's protocol is at `/realtime` below it. */
  readonly graphqlPath: string;
  /** With it everything is https and wss. @default none */
  readonly tls?: Tls | undefined;
  readonly host: string;
  readonly port: number;
  readonly limits?: Partial<HttpLimits> | undefined;
  /** Bounds those who are not known. @default nobody is bounded by address */
  readonly strangers?: Strangers | undefined;
}

export interface HttpServer {
  readonly url: string;
  /** Connections from now on get this certificate. Nothing happens without TLS. */
  changeTls(tls: Tls): void;
  /** Accepts nothing more; resolves when the answers under way are sent, after `graceMs` at most. */
  close(graceMs: number): Promise<void>;
}

/** How often a closing server looks for connections that have nothing more to do. */
const sweepMs = 25;

/** HTTP and WebSocket on one port. Rejects when it cannot listen. */
export async function listen(options: HttpServerOptions): Promise<HttpServer> {
  const limits = { ...defaultHttpLimits, ...options.limits };
  const serverOptions = serverOptionsOf(limits);
  const { tls } = options;
  const tlsServer = tls ? createTlsServer({ ...serverOptions, ...tls, handshakeTimeout: limits.headersMs }) : null;
  const server = tlsServer ?? createServer(serverOptions);
  server.maxConnections = limits.connections;
  const { strangers } = options;
  if (strangers) server.on(tlsServer ? 'secureConnection' : 'connection', strangers.connected);
  server.on('upgrade', (request, socket, head) => {
    if (strangers?.refusesUpgrade(request)) return;
    // Not by `new URL`: it throws on paths that anybody can send, and nothing would catch that here.
    const [path] = (request.url ?? '/').split('?', 1);
    if (path === options.graphqlPath) return options.subscriptions.handleUpgrade(request, socket, head);
    if (path === `${options.graphqlPath}/realtime`) return options.subscriptions.handleAppsync(request, socket, head);
    socket.on('error', () => socket.destroy());
    socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
  });
  await new Promise<void>((resolve, reject) => {
    const refuse = (cause: Error): void =>
      reject(new Error(`It cannot listen on port ${options.port} of ${options.host}`, { cause }));
    server.once('error', refuse);
    server.listen(options.port, options.host, () => {
      server.off('error', refuse);
      resolve();
    });
  });
  const { address, port, family } = server.address() as AddressInfo;
  const host = `${family === 'IPv6' ? `[${address}]` : address}:${port}`;
  // The name stands in for the Host that a request of HTTP/1.0 need not have (RFC 9112 §3.2). overrideGlobalObjects would
  // replace Request and Response for the whole process, tests included.
  const listener = getRequestListener(options.fetch, { hostname: host, overrideGlobalObjects: false });
  const slow: Listener = (request, response) => {
    closeLingering(request);
    return listener(request, response);
  };
  const answer = options.quick ? quickFirst(options.quick, slow) : slow;
  server.on('request', (request, response) => {
    if (!strangers?.refuses(request, response)) answer(request, response);
  });
  return {
    url: `${tlsServer ? 'https' : 'http'}://${host}`,
    changeTls: (changed) => tlsServer?.setSecureContext(changed),
    close: (graceMs) =>
      new Promise((resolve) => {
        const cut = setTimeout(() => server.closeAllConnections(), graceMs);
        // A connection whose answer was under way is idle only after it.
        const sweep = setInterval(() => server.closeIdleConnections(), sweepMs);
        server.close(() => {
          clearInterval(sweep);
          clearTimeout(cut);
          resolve();
        });
        server.closeIdleConnections();
      }),
  };
}

type Listener = (request: IncomingMessage, response: ServerResponse) => unknown;

/** Most requests by far are answered here; the framework would cost five times as much. */
function quickFirst(quick: QuickStatus, listener: Listener): Listener {
  return (request, response) => {
    const finish = (answer: QuickAnswer | null): unknown => {
      if (answer === null) return listener(request, response);
      response.writeHead(answer.status, answer.headers);
      return response.end(answer.body ?? '');
    };
    const { method = '', url = '', rawHeaders } = request;
    const answering = answerOf(() => quick({ method, url, rawHeaders }));
    return answering instanceof Promise ? answering.catch(() => null).then(finish) : finish(answering);
  };
}

/** After a fault the API meets it too, and reports it. */
function answerOf(quick: () => ReturnType<QuickStatus>): ReturnType<QuickStatus> {
  try {
    return quick();
  } catch {
    return null;
  }
}
