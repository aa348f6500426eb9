import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { GRAPHQL_TRANSPORT_WS_PROTOCOL } from 'graphql-ws';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Caller } from '../../core/access.ts';
import { createTally } from '../../handlers/admission/tally.ts';
import { readHandshake } from '../../handlers/graphql/appsync/authorization.ts';
import { createAppsyncSubscriptions } from '../../handlers/graphql/appsync/subscriptions.ts';
import type { Report } from '../../handlers/graphql/errors.ts';
import type { Graphql } from '../../handlers/graphql/graphql.ts';
import { createAppsyncProtocol } from './appsync/protocol.ts';
import { type Clock, systemClock } from './clock.ts';
import { closeCodes } from './close-codes.ts';
import { type Connection, openConnection, type SocketProtocol } from './connection.ts';
import { createDeliveries } from './deliveries.ts';
import { createEntrance, type Verifier } from './entrance.ts';
import type { ByteText } from './frame.ts';
import type { Hub } from './hub.ts';
import { createKeepAlive } from './keep-alive.ts';
import { defaultSubscriptionLimits, type SubscriptionLimits, socketBounds, subscriptionBounds } from './limits.ts';
import { createProtocol } from './protocol.ts';
import { createFlushQueue } from './socket-writer.ts';

export interface SubscriptionServerOptions {
  readonly graphql: Graphql;
  readonly hub: Hub<ByteText>;
  readonly verifier: Verifier;
  readonly report: Report;
  /** Origins that browsers may connect from, looked at on every connection; `*` allows all. Default: none (S23). */
  readonly origins?: readonly string[];
  /** Defaults: see `SubscriptionLimits`. */
  readonly limits?: Partial<SubscriptionLimits>;
  /** Default: the machine's. */
  readonly clock?: Clock;
}

/** For the HTTP server's `upgrade` event; the path is the caller's business. */
export type HandleUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

/** GraphQL subscriptions on sockets that an HTTP server hands over, in two protocols that share hub and limits. */
export interface SubscriptionServer {
  /** graphql-transport-ws. */
  readonly handleUpgrade: HandleUpgrade;
  /** AppSync's own realtime protocol. */
  readonly handleAppsync: HandleUpgrade;
  /** Closes the sockets of these callers with 4403: for a key that was withdrawn. */
  readonly disconnect: (matches: (caller: Caller) => boolean) => void;
  /** `slow`: closed since the start for reading too slowly. */
  readonly stats: () => { readonly sockets: number; readonly slow: number };
  /** Tells all clients to come back later (1012) and resolves when they are gone, after `closeGraceMs` at most. */
  readonly close: () => Promise<void>;
}

/** AppSync's name for its subprotocol; the package graphql-ws, of the same name, speaks another one. */
const appsyncSubprotocol = 'graphql-ws';

export function createSubscriptionServer(options: SubscriptionServerOptions): SubscriptionServer {
  const { graphql, verifier, report, origins = [], clock = systemClock } = options;
  const limits = { ...defaultSubscriptionLimits, ...options.limits };
  const entrance = createEntrance({ verifier, sockets: createTally(socketBounds(limits)), report });
  const deliveries = createDeliveries(options.hub, createTally(subscriptionBounds(limits)));
  const queue = createFlushQueue();
  const keepAlive = createKeepAlive(clock, limits.keepAliveMs);
  const ka = createKeepAlive(clock, limits.kaMs);
  const connections = new Set<Connection>();
  const acceptors: WebSocketServer[] = [];
  let stopped: Promise<void> | null = null;
  let slow = 0;

  const whyRefused = (
    { headers }: IncomingMessage,
    subprotocol: string,
  ): readonly [status: number, why: string] | null => {
    if (stopped) return [503, 'The service is stopping.'];
    const { origin } = headers;
    if (origin !== undefined && !origins.includes(origin) && !origins.includes('*'))
      return [403, 'This origin is not allowed.'];
    const offered = (headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
    if (!offered.includes(subprotocol)) return [400, `The subprotocol must be ${subprotocol}.`];
    if (connections.size >= limits.sockets) return [503, 'Too many connections.'];
    return null;
  };

  /** Apart from the handshake, or the connection's closures would keep its request alive with theirs. */
  const take = (webSocket: WebSocket, socket: Duplex, protocol: SocketProtocol): void => {
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
  };

  const accept = (subprotocol: string, protocolFor: (request: IncomingMessage) => SocketProtocol): HandleUpgrade => {
    const webSockets = new WebSocketServer({
      noServer: true,
      handleProtocols: () => subprotocol,
      // Compression would cost a deflate per subscriber where now the bytes are shared.
      perMessageDeflate: false,
      maxPayload: limits.messageBytes,
      // Pings count against the allowance like messages, so they are answered by the connection.
      autoPong: false,
      // One message per turn of the event loop: what graphql-ws has to settle by promises after `subscribe` is settled
      // before a `complete` from the same packet is looked at.
      allowSynchronousEvents: false,
    });
    acceptors.push(webSockets);
    return (request, socket, head) => {
      const refused = whyRefused(request, subprotocol);
      if (refused) return refuse(socket, ...refused);
      const protocol = protocolFor(request);
      webSockets.handleUpgrade(request, socket, head, (webSocket) => take(webSocket, socket, protocol));
    };
  };

  const closeAll = async (): Promise<void> => {
    const closed = acceptors.map((webSockets) => new Promise<void>((resolve) => webSockets.close(() => resolve())));
    for (const connection of connections) connection.close(closeCodes.serviceRestart, 'Service restart');
    await Promise.all(closed);
  };

  const transportWs = createProtocol({ graphql, entrance, deliveries, limits });
  const plan = createAppsyncSubscriptions({ graphql });
  const appsync = createAppsyncProtocol({ plan, entrance, deliveries, limits, clock, ka });

  return {
    handleUpgrade: accept(GRAPHQL_TRANSPORT_WS_PROTOCOL, () => transportWs),
    handleAppsync: accept(appsyncSubprotocol, (request) => appsync(readHandshake(request))),

    disconnect(matches) {
      for (const connection of connections) {
        if (connection.serves(matches)) connection.close(closeCodes.forbidden, 'Forbidden');
      }
    },

    stats: () => ({ sockets: connections.size, slow }),

    close() {
      stopped ??= closeAll().finally(() => {
        keepAlive.stop();
        ka.stop();
      });
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
