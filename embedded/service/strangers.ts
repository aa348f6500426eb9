import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Account } from '../../handlers/admission/account.ts';
import type { ClientAddresses } from '../../handlers/admission/client-address.ts';
import { createTally } from '../../handlers/admission/tally.ts';
import { createRateLimiter } from '../../handlers/api/rate-limiter.ts';

/** Bounds for those who have not said who they are, by their address. All have defaults. */
export interface StrangerLimits {
  /**
   * Connections of one address on which nobody is known yet; those beyond are cut at once. Default 2,500: a tenth of all.
   */
  readonly connections: number;
  /** Requests per second of one address that nobody is known to make; four times as many at once. Default 500. */
  readonly requestsPerSecond: number;
  /** A WebSocket counts as a stranger's for so long: by then it has said who it is, or is closed. Default 3,000. */
  readonly socketMs: number;
}

export const defaultStrangerLimits: StrangerLimits = { connections: 2_500, requestsPerSecond: 500, socketMs: 3_000 };

export interface StrangersOptions {
  readonly addresses: ClientAddresses;
  readonly limits?: Partial<StrangerLimits> | undefined;
  /** Is this credential one that was found good a moment ago? */
  readonly isKnown: (authorization: string) => boolean;
  /** Epoch milliseconds. */
  readonly clock: () => number;
}

/** Keeps those who have not said who they are from taking connections and time from the others (G8). */
export interface Strangers {
  /** Cuts a connection when its address has too many. Connections of trusted proxies carry many clients: not counted. */
  readonly connected: (socket: Socket) => void;
  /** Answers with 429, and true, when the address has asked too often without being known. */
  readonly refuses: (request: IncomingMessage, response: ServerResponse) => boolean;
  /** The same for a connection that wants to become a WebSocket. */
  readonly refusesUpgrade: (request: IncomingMessage) => boolean;
}

export function createStrangers({ addresses, limits, isKnown, clock }: StrangersOptions): Strangers {
  const { connections, requestsPerSecond, socketMs } = { ...defaultStrangerLimits, ...limits };
  const places = createTally({ caller: connections, pool: connections * 2 });
  const limit = { perSecond: requestsPerSecond, burst: requestsPerSecond * 4 };
  const limiter = createRateLimiter({ limits: { read: limit, write: limit }, callersPerPool: 2, clock });
  /** How to give a connection's place back. */
  const held = new WeakMap<Socket, () => void>();

  const release = (socket: Socket): void => {
    held.get(socket)?.();
    held.delete(socket);
  };
  const of = ({ socket, headers }: IncomingMessage): Account =>
    addresses.accountOf({ remote: socket.remoteAddress, forwardedFor: forwardedFor(headers) });

  /** Seconds until the address may ask again; null: it may now, and that is counted. */
  const retryAfter = (account: Account): number | null => {
    const { allowed, waitMs } = limiter.take(account, 'read');
    return allowed ? null : Math.max(1, Math.ceil(waitMs / 1_000));
  };

  return {
    connected(socket) {
      if (addresses.isTrusted(socket.remoteAddress)) return;
      const account = addresses.accountOf({ remote: socket.remoteAddress });
      if (!places.take(account)) {
        socket.destroy();
        return;
      }
      held.set(socket, () => places.give(account));
      socket.once('close', () => release(socket));
    },

    refuses(request, response) {
      const { authorization } = request.headers;
      if (authorization !== undefined && isKnown(authorization)) {
        release(request.socket);
        return false;
      }
      const account = of(request);
      const seconds = retryAfter(account);
      if (seconds === null) {
        response.once('finish', () => {
          // Found good meanwhile.
          if (authorization === undefined || !isKnown(authorization)) return;
          release(request.socket);
          limiter.giveBack(account, 'read');
        });
        return false;
      }
      response.writeHead(429, { 'Retry-After': seconds, Connection: 'close', 'Content-Length': 0 });
      response.end();
      return true;
    },

    refusesUpgrade(request) {
      const { socket } = request;
      const seconds = retryAfter(of(request));
      if (seconds === null) {
        const known = setTimeout(() => release(socket), socketMs);
        known.unref();
        socket.once('close', () => clearTimeout(known));
        return false;
      }
      socket.on('error', () => socket.destroy());
      const head = `HTTP/1.1 429 Too Many Requests\r\nRetry-After: ${seconds}\r\n`;
      socket.end(`${head}Connection: close\r\nContent-Length: 0\r\n\r\n`, () => socket.destroy());
      return true;
    },
  };
}

function forwardedFor({ 'x-forwarded-for': value }: IncomingMessage['headers']): string | undefined {
  return Array.isArray(value) ? value.join(',') : value;
}
