import type { Connections, Sockets } from '../../core/ports.ts';
import type { Verifier } from '../authorize/verifier.ts';
import type { Graphql } from '../graphql/graphql.ts';
import { subprotocol } from '../subscriptions/transport-ws/messages.ts';
import { type Answer, drop } from './answers.ts';
import { readSocketEvent } from './events.ts';
import { type WebsocketLimits, websocketLimits } from './limits.ts';
import { createProtocol, type Incoming } from './protocol.ts';

export interface WebsocketOptions {
  readonly graphql: Graphql;
  readonly connections: Connections;
  readonly sockets: Sockets;
  readonly verifier: Pick<Verifier, 'verify'>;
  /** Origins that browsers may connect from; `*` allows all (S23). */
  readonly origins: readonly string[];
  /** Told what went wrong inside. */
  readonly report: (error: unknown) => void;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Defaults: see `websocketLimits`. */
  readonly limits?: Partial<WebsocketLimits>;
}

/** Never has a body: whether API Gateway sends it to the client depends on the route, and what clients get is posted. */
export interface WebsocketResult {
  readonly statusCode: 200 | 400 | 403;
  readonly headers?: { readonly [name: string]: string };
}

const done: WebsocketResult = { statusCode: 200 };

/**
 * graphql-transport-ws for API Gateway's WebSocket API: `$connect`, `$default` and `$disconnect` in one. Never rejects on
 * a message: API Gateway would tell the client `Internal server error` in a form of its own, after which graphql-ws's
 * client gives up for good. What fails drops the connection instead, and the client comes again.
 */
export function createWebsocket(options: WebsocketOptions): (event: unknown) => Promise<WebsocketResult> {
  const { connections, sockets, origins, report, now } = options;
  const limits = { ...websocketLimits, ...options.limits };
  const handle = createProtocol({ ...options, limits });

  function connect(origin: string | null, subprotocols: readonly string[]): WebsocketResult {
    if (origin !== null && !origins.includes(origin) && !origins.includes('*')) return { statusCode: 403 };
    if (!subprotocols.includes(subprotocol)) return { statusCode: 400 };
    return { statusCode: 200, headers: { 'Sec-WebSocket-Protocol': subprotocol } };
  }

  async function remove(connectionId: string): Promise<void> {
    try {
      await connections.remove(connectionId);
    } catch (error) {
      // Pushes that find the socket gone remove it, and so does TTL.
      report(error);
    }
  }

  async function answer(connectionId: string, { messages, closes }: Answer): Promise<void> {
    for (const message of messages) {
      const posted = await sockets.post(connectionId, message);
      if (posted === 'posted') continue;
      // It would wait for this in vain.
      return end(connectionId, posted !== 'gone');
    }
    if (closes) await end(connectionId, true);
  }

  async function end(connectionId: string, isOpen: boolean): Promise<void> {
    // At once, because removing may have to wait for a store that is the very reason.
    await Promise.all([isOpen ? sockets.close(connectionId) : true, remove(connectionId)]);
  }

  async function handled(incoming: Incoming): Promise<Answer> {
    try {
      return await handle(incoming);
    } catch (error) {
      report(error);
      await new Promise((resolve) => void setTimeout(resolve, limits.troubleMs));
      return drop;
    }
  }

  /** `work`'s answer, or after a while that of giving up. */
  async function inTime(work: Promise<Answer>): Promise<Answer> {
    const late = Promise.withResolvers<Answer>();
    const timer = setTimeout(() => {
      report(new Error(`A message was not handled in ${limits.answerMs} ms.`));
      late.resolve(drop);
    }, limits.answerMs);
    try {
      return await Promise.race([work, late.promise]);
    } finally {
      clearTimeout(timer);
    }
  }

  return async (event) => {
    const told = readSocketEvent(event, now());
    switch (told.type) {
      case 'connect':
        return connect(told.origin, told.subprotocols);
      case 'disconnect':
        await remove(told.connectionId);
        return done;
      case 'message':
        await answer(told.connectionId, await inTime(handled(told)));
        return done;
    }
  };
}
