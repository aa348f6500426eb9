import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import type { QuickStatus } from '../../handlers/api/quick-status.ts';
import type { SubscriptionServer } from '../subscriptions/server.ts';
import { defaultHttpLimits, type HttpLimits, serverOptionsOf } from './http-limits.ts';

export interface HttpServerOptions {
  readonly fetch: (request: Request) => Response | Promise<Response>;
  /** Asked before `fetch`. @default everything goes to `fetch` */
  readonly quick?: QuickStatus;
  readonly subscriptions: SubscriptionServer;
  /** Path of the WebSocket endpoint. */
  readonly graphqlPath: string;
  readonly host: string;
  readonly port: number;
  readonly limits?: Partial<HttpLimits> | undefined;
}

export interface HttpServer {
  readonly url: string;
  /** Accepts nothing more; resolves when the answers under way are sent, after `graceMs` at most. */
  close(graceMs: number): Promise<void>;
}

/** How often a closing server looks for connections that have nothing more to do. */
const sweepMs = 25;

/** HTTP and WebSocket on one port. Rejects when it cannot listen. */
export async function listen(options: HttpServerOptions): Promise<HttpServer> {
  // overrideGlobalObjects would replace Request and Response for the whole process, tests included.
  const limits = { ...defaultHttpLimits, ...options.limits };
  const serverOptions = serverOptionsOf(limits);
  const listener = getRequestListener(options.fetch, { overrideGlobalObjects: false });
  const server = createServer(serverOptions, options.quick ? quickFirst(options.quick, listener) : listener);
  server.maxConnections = limits.connections;
  server.on('upgrade', (request, socket, head) => {
    // Not by `new URL`: it throws on paths that anybody can send, and nothing would catch that here.
    const [path] = (request.url ?? '/').split('?', 1);
    if (path === options.graphqlPath) return options.subscriptions.handleUpgrade(request, socket, head);
    socket.on('error', () => socket.destroy());
    socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const { address, port, family } = server.address() as AddressInfo;
  const host = family === 'IPv6' ? `[${address}]` : address;
  return {
    url: `http://${host}:${port}`,
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
    const { method = '', url = '', rawHeaders } = request;
    const answering = quick({ method, url, rawHeaders });
    if (answering === null) return listener(request, response);
    return answering
      .catch(() => null) // The API meets the same fault, and reports it.
      .then((answer) => {
        if (answer === null) return listener(request, response);
        response.writeHead(answer.status, answer.headers);
        return response.end(answer.body ?? '');
      });
  };
}
