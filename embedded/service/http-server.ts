import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import type { SubscriptionServer } from '../subscriptions/server.ts';

export interface HttpServerOptions {
  readonly fetch: (request: Request) => Response | Promise<Response>;
  readonly subscriptions: SubscriptionServer;
  /** Path of the WebSocket endpoint. */
  readonly graphqlPath: string;
  readonly host: string;
  readonly port: number;
}

export interface HttpServer {
  readonly url: string;
  /** Accepts nothing more; resolves when the answers under way are sent, after `graceMs` at most. */
  close(graceMs: number): Promise<void>;
}

/** HTTP and WebSocket on one port. Rejects when it cannot listen. */
export async function listen(options: HttpServerOptions): Promise<HttpServer> {
  // overrideGlobalObjects would replace Request and Response for the whole process, tests included.
  const server = createAdaptorServer({ fetch: options.fetch, overrideGlobalObjects: false }) as Server;
  server.on('upgrade', (request, socket, head) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    if (path === options.graphqlPath) return options.subscriptions.handleUpgrade(request, socket, head);
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
        server.close(() => {
          clearTimeout(cut);
          resolve();
        });
        server.closeIdleConnections();
      }),
  };
}
