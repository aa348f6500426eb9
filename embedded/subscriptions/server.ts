import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { handleProtocols } from 'graphql-ws';
import { WebSocketServer } from 'ws';
import type { Caller } from '../../core/access.ts';
import { type Clock, systemClock } from './clock.ts';
import { closeCodes } from './close-codes.ts';
import { type Connection, openConnection } from './connection.ts';
import { createKeepAlive } from './keep-alive.ts';
import { defaultSubscriptionLimits, type SubscriptionLimits } from './limits.ts';
import { createProtocol, type ProtocolOptions } from './protocol.ts';
import { createFlushQueue } from './socket-writer.ts';

export interface SubscriptionServerOptions extends Pick<ProtocolOptions, 'graphql' | 'hub' | 'verifier' | 'report'> {
  /** Origins that browsers may connect from, looked at on every connection; `*` allows all. Default: none (S23). */
  readonly origins?: readonly string[];
  /** Defaults: see `SubscriptionLimits`. */
  readonly limits?: Partial<SubscriptionLimits>;
  /** Default: the machine's. */
  readonly clock?: Clock;
}

/** graphql-transport-ws on sockets that an HTTP server hands over. */
export interface SubscriptionServer {
  /** For the HTTP server's `upgrade` event; the path is the caller's business. */
  readonly handleUpgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
  /** Closes the sockets of these callers with 4403: for a key that was withdrawn. */
  readonly disconnect: (matches: (caller: Caller) => boolean) => void;
  /** `slow`: closed since the start for reading too slowly. */
  readonly stats: () => { readonly sockets: number; readonly slow: number };
  /** Tells all clients to come back later (1012) and resolves when they are gone, after `closeGraceMs` at most. */
  readonly close: () => Promise<void>;
}

export function createSubscriptionServer(options: SubscriptionServerOptions): SubscriptionServer {
  const { origins = [], clock = systemClock } = options;
  const limits = { ...defaultSubscriptionLimits, ...options.limits };
  const protocol = createProtocol({ ...options, limits });
  const queue = createFlushQueue();
  const keepAlive = createKeepAlive(clock, limits.keepAliveMs);
  const connections = new Set<Connection>();
  const webSockets = new WebSocketServer({
    noServer: true,
    handleProtocols,
    // Compression would cost a deflate per subscriber where now the bytes are shared.
    perMessageDeflate: false,
    maxPayload: limits.messageBytes,
    // Pings count against the allowance like messages, so they are answered by the connection.
    autoPong: false,
    // One message per turn of the event loop: what graphql-ws has to settle by promises after `subscribe` is settled
    // before a `complete` from the same packet is looked at.
    allowSynchronousEvents: false,
  });
  let stopped: Promise<void> | null = null;
  let slow = 0;

  const whyRefused = ({ headers }: IncomingMessage): readonly [status: number, why: string] | null => {
    if (stopped) return [503, 'The service is stopping.'];
    const { origin } = headers;
    if (origin !== undefined && !origins.includes(origin) && !origins.includes('*'))
      return [403, 'This origin is not allowed.'];
    if (!handleProtocols(headers['sec-websocket-protocol'] ?? ''))
      return [400, 'The subprotocol must be graphql-transport-ws.'];
    if (connections.size >= limits.sockets) return [503, 'Too many connections.'];
    return null;
  };

  return {
    handleUpgrade(request, socket, head) {
      const refused = whyRefused(request);
      if (refused) return refuse(socket, ...refused);
      webSockets.handleUpgrade(request, socket, head, (webSocket) => {
        const connection = openConnection({
          webSocket,
          socket,
          protocol,
          limits,
          clock,
          queue,
          keepAlive,
          onGone: () => connections.delete(connection),
          onSlow: () => {
            slow += 1;
          },
        });
        connections.add(connection);
      });
    },

    disconnect(matches) {
      for (const connection of connections) {
        const caller = connection.caller();
        if (caller && matches(caller)) connection.close(closeCodes.forbidden, 'Forbidden');
      }
    },

    stats: () => ({ sockets: connections.size, slow }),

    close() {
      stopped ??= new Promise<void>((resolve) => {
        webSockets.close(() => resolve());
        for (const connection of connections) connection.close(closeCodes.serviceRestart, 'Service restart');
      }).finally(keepAlive.stop);
      return stopped;
    },
  };
}

/** Answers an upgrade that is not wanted. */
function refuse(socket: Duplex, status: number, why: string): void {
  socket.on('error', () => socket.destroy());
  socket.once('finish', () => socket.destroy());
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Type: text/plain\r\n` +
      `Content-Length: ${Buffer.byteLength(why)}\r\n\r\n${why}`,
  );
}
