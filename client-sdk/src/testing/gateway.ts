import type { Update } from '../../../core/contract.ts';
import type { WebSocketConstructor } from '../channels/transport-ws.ts';
import { createTestSocket, type SocketMessage, type TestSocket } from './socket.ts';

interface GatewayDeps {
  readonly setTimeout: (run: () => void, ms: number) => unknown;
  /** Whether a connection comes about. */
  readonly accepts: () => boolean;
  readonly token: () => string;
}

/** The service's end of all WebSockets. */
export interface Gateway {
  readonly WebSocket: WebSocketConstructor;
  /** To every subscription that it is for. */
  push(update: Update): void;
  /** Closes all connections: with a code, or as a network does that is gone. */
  cut(code: number | null): void;
}

/** Speaks graphql-transport-ws as the service does, on sockets in memory. */
export function createGateway({ setTimeout, accepts, token }: GatewayDeps): Gateway {
  const sockets = new Set<TestSocket>();

  function onMessage(from: TestSocket, { type, id, payload }: SocketMessage): void {
    if (type === 'connection_init') {
      // S30: what is refused here is closed with the code that clients come back from.
      if (payload?.authorization === `Bearer ${token()}`) from.send({ type: 'connection_ack' });
      else from.end(4403);
    } else if (type === 'subscribe' && id !== undefined) {
      from.subscriptions.set(id, payload?.variables as { readonly workflow: string; readonly id: string });
    } else if (type === 'complete' && id !== undefined) from.subscriptions.delete(id);
    else if (type === 'ping') from.send({ type: 'pong' });
  }

  function open(to: string, protocols: string | string[]): TestSocket {
    const socket = createTestSocket(to, String(protocols), onMessage);
    setTimeout(() => {
      if (!accepts()) return socket.fail();
      sockets.add(socket);
      socket.open();
    }, 0);
    return socket;
  }

  return {
    // A constructor that returns an object is what `new` gives: no class is needed for it.
    WebSocket: function TestWebSocket(to: string, protocols: string | string[]) {
      return open(to, protocols).socket;
    } as unknown as WebSocketConstructor,
    push(update) {
      // S27: `output` is JSON text in GraphQL.
      const statusChanged = { ...update, output: update.output === null ? null : JSON.stringify(update.output) };
      for (const socket of sockets) {
        for (const [id, { workflow, id: execution }] of [...socket.subscriptions]) {
          if (workflow !== update.workflow || execution !== update.id) continue;
          socket.send({ type: 'next', id, payload: { data: { statusChanged } } });
        }
      }
    },
    cut(code) {
      for (const socket of [...sockets]) {
        sockets.delete(socket);
        if (code === null) socket.fail();
        else socket.end(code);
      }
    },
  };
}
