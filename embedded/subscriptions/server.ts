import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Caller } from '../../core/access.ts';
import { readHandshake } from '../../handlers/graphql/appsync/authorization.ts';
import type { Report } from '../../handlers/graphql/errors.ts';
import type { Graphql } from '../../handlers/graphql/graphql.ts';
import { subprotocol as appsyncSubprotocol } from '../../handlers/subscriptions/appsync/machine.ts';
import type { Credential } from '../../handlers/subscriptions/credential.ts';
import { endings } from '../../handlers/subscriptions/endings.ts';
import { subprotocol as transportWsSubprotocol } from '../../handlers/subscriptions/transport-ws/messages.ts';
import { type ClientSocket, createAcceptor } from './client-socket.ts';
import { type Clock, systemClock } from './clock.ts';
import { Connection } from './connection.ts';
import { createAppsync } from './dialects/appsync.ts';
import type { Dialect } from './dialects/dialect.ts';
import { createTransportWs } from './dialects/transport-ws.ts';
import { createEntrance, type Verifier } from './entrance.ts';
import type { ByteText } from './frame.ts';
import { createConnections } from './household.ts';
import type { Hub } from './hub.ts';
import { defaultSubscriptionLimits, type SubscriptionLimits } from './limits.ts';

export interface SubscriptionServerOptions {
  readonly graphql: Graphql;
  readonly hub: Hub<ByteText>;
  readonly verifier: Verifier;
  readonly report: Report;
  /** Counts an operation of either protocol; false when it is over the caller's allowance. Default: all are within it. */
  readonly count?: (caller: Caller, cost: number) => boolean;
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

export function createSubscriptionServer(options: SubscriptionServerOptions): SubscriptionServer {
  const { graphql, hub, verifier, report, count, origins = [], clock = systemClock } = options;
  const limits = { ...defaultSubscriptionLimits, ...options.limits };
  const connections = createConnections({
    hub,
    entrance: createEntrance(verifier, report),
    limits,
    clock,
    report,
    count,
  });
  const acceptors: ReturnType<typeof createAcceptor>[] = [];
  let stopped: Promise<void> | null = null;

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
    if (connections.all.size >= limits.sockets) return [503, 'Too many connections.'];
    return null;
  };

  /** Apart from the handshake, or what it makes would keep its request alive. */
  const take = (webSocket: ClientSocket, socket: Duplex, dialect: Dialect, handshake: Credential | null): void => {
    webSocket.listen(socket);
    connections.add(new Connection(webSocket, dialect, connections.household, handshake));
  };

  const accept = (
    subprotocol: string,
    dialect: Dialect,
    handshakeOf: (request: IncomingMessage) => Credential | null,
  ): HandleUpgrade => {
    const acceptor = createAcceptor(subprotocol, limits);
    acceptors.push(acceptor);
    return (request, socket, head) => {
      const refused = whyRefused(request, subprotocol);
      if (refused) return refuse(socket, ...refused);
      const handshake = handshakeOf(request);
      acceptor.handleUpgrade(request, socket, head, (webSocket) => take(webSocket, socket, dialect, handshake));
    };
  };

  const closeAll = async (): Promise<void> => {
    const closed = acceptors.map((acceptor) => new Promise<void>((resolve) => acceptor.close(() => resolve())));
    for (const connection of connections.all) connection.close(endings.restart);
    await Promise.all(closed);
  };

  return {
    handleUpgrade: accept(transportWsSubprotocol, createTransportWs(graphql, limits), () => null),
    handleAppsync: accept(appsyncSubprotocol, createAppsync(graphql, limits), readHandshake),

    disconnect(matches) {
      for (const connection of connections.all) {
        if (connection.serves(matches)) connection.close(endings.forbidden);
      }
    },

    stats: () => ({ sockets: connections.all.size, slow: connections.slow() }),

    close() {
      stopped ??= closeAll().finally(connections.stop);
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
