import type { Duplex } from 'node:stream';
import { type Server, WebSocket, WebSocketServer } from 'ws';
import type { Connection } from './connection.ts';
import type { SubscriptionLimits } from './limits.ts';

/** A WebSocket of ours: it knows the connection that lives on it, so that its listeners can be the same for all. */
export class ClientSocket extends WebSocket {
  connection: Connection | null = null;
  /** The connection below it. */
  declare below: Duplex;

  /** To be called once, before anything else is done with it. */
  listen(below: Duplex): void {
    this.below = below;
    this.on('message', onMessage);
    this.on('ping', onPing);
    this.on('pong', onPong);
    this.on('error', onError);
    this.on('close', onClose);
  }
}

function onMessage(this: WebSocket, data: unknown): void {
  if (this instanceof ClientSocket) this.connection?.receive(String(data));
}

function onPing(this: WebSocket, data: Buffer): void {
  if (this instanceof ClientSocket) this.connection?.pinged(data);
}

function onPong(this: WebSocket): void {
  if (this instanceof ClientSocket) this.connection?.ponged();
}

/** A message too large or no text of RFC 6455: ws answers with the right code (1009, 1007, 1002) by itself. */
function onError(this: WebSocket): void {
  if (this instanceof ClientSocket) this.connection?.end();
}

function onClose(this: WebSocket): void {
  if (this instanceof ClientSocket) this.connection?.gone();
}

/** Takes upgrades of one subprotocol. */
export function createAcceptor(
  subprotocol: string,
  limits: Pick<SubscriptionLimits, 'messageBytes' | 'messageFragments'>,
): Server<typeof ClientSocket> {
  return new WebSocketServer({
    noServer: true,
    WebSocket: ClientSocket,
    handleProtocols: () => subprotocol,
    // Compression would cost a deflate per subscriber where now the bytes are shared, and take a bomb for a message.
    perMessageDeflate: false,
    maxPayload: limits.messageBytes,
    maxFragments: limits.messageFragments,
    // Pings count against the allowance like messages, so they are answered by the connection.
    autoPong: false,
    // One message per turn of the event loop: a burst of large ones would hold up everybody.
    allowSynchronousEvents: false,
  });
}
