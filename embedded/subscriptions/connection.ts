import type { Duplex } from 'node:stream';
import type { Server } from 'graphql-ws';
import type { WebSocket } from 'ws';
import type { Caller } from '../../core/access.ts';
import type { Cancel, Clock } from './clock.ts';
import { closeCodes } from './close-codes.ts';
import type { KeepAlive } from './keep-alive.ts';
import type { SubscriptionLimits } from './limits.ts';
import { createMessageBudget } from './message-budget.ts';
import { createSocketWriter, type FlushQueue, type SocketWriter } from './socket-writer.ts';

/** One client's socket. */
export interface Connection {
  /** null until the credentials were accepted. */
  readonly caller: () => Caller | null;
  /** Takes the caller as verified; the connection ends when its token does, at once if it has expired (S30). */
  readonly admit: (caller: Caller) => void;
  /** Runs once, when it has ended; at once when it has. */
  readonly whenOver: (run: () => void) => void;
  /** Where the hub's frames go. */
  readonly writer: SocketWriter;
  /** Ends it: subscriptions stop at once, the peer gets what was published before, and the code. Only the first counts. */
  readonly close: (code: number, reason: string) => void;
}

export interface ConnectionOptions {
  readonly webSocket: WebSocket;
  /** The connection below it. */
  readonly socket: Duplex;
  readonly protocol: Server<Connection>;
  readonly limits: SubscriptionLimits;
  readonly clock: Clock;
  readonly queue: FlushQueue;
  readonly keepAlive: KeepAlive;
  /** Called once, when the socket is gone. */
  readonly onGone: () => void;
  /** Called when it is closed for reading too slowly. */
  readonly onSlow: () => void;
}

/** Most bytes of a close frame's reason (RFC 6455 §5.5: 125, less the code). */
const maxReasonBytes = 123;

export function openConnection(options: ConnectionOptions): Connection {
  const { webSocket, socket, protocol, limits, clock, queue, keepAlive, onGone, onSlow } = options;
  const budget = createMessageBudget(limits.messageBurst, limits.messagesPerSecond, clock.now);
  const timers = new Set<Cancel>();
  const endings: (() => void)[] = [];
  let caller: Caller | null = null;
  let over = false;
  let alive = true;
  let closed: ReturnType<Server<Connection>['opened']> | null = null;

  const isOpen = (): boolean => !over && webSocket.readyState === webSocket.OPEN;
  const writer = createSocketWriter({
    socket,
    isOpen,
    queue,
    backlogBytes: limits.backlogBytes,
    onSlow: () => closeSlow(),
  });

  /** From here on nothing comes in and nothing more is subscribed; the peer has a while to go by itself. */
  const end = (code: number, reason: string): void => {
    if (over) return;
    over = true;
    for (const cancel of timers) cancel();
    timers.clear();
    for (const run of endings.splice(0)) run();
    timers.add(clock.after(limits.closeGraceMs, () => webSocket.terminate()));
    // Ends the streams of its operations, which never fail; nothing waits for that.
    void closed?.(code, reason);
  };

  const close = (code: number, reason: string): void => {
    writer.flush();
    if (over) return;
    if (webSocket.readyState === webSocket.OPEN)
      webSocket.close(code, Buffer.byteLength(reason) > maxReasonBytes ? '' : reason);
    end(code, reason);
  };

  const closeSlow = (): void => {
    if (!over) onSlow();
    close(closeCodes.tryAgainLater, 'Slow reader');
  };

  /** Counts what comes in; false when it is too much, and the connection over. */
  const accept = (): boolean => {
    alive = true;
    if (over) return false;
    if (budget.take()) return true;
    close(closeCodes.tooManyRequests, 'Too many messages');
    return false;
  };

  /** For what is not the hub's. After what the hub has waiting, so that bytes leave in the order of the calls. */
  const write = (send: () => void): void => {
    writer.flush();
    if (!isOpen()) return;
    // Answers pile up too when a peer asks and never reads.
    if (socket.writableLength > limits.backlogBytes) closeSlow();
    else send();
  };

  const expireAt = (at: number): void => {
    const left = at - clock.now();
    if (left <= 0) close(closeCodes.forbidden, 'Token expired');
    else timers.add(clock.after(left, () => expireAt(at)));
  };

  const connection: Connection = {
    caller: () => caller,
    admit(verified) {
      if (over) return;
      caller = verified;
      if (verified.type === 'token') expireAt(verified.expiresAt);
    },
    whenOver(run) {
      if (over) run();
      else endings.push(run);
    },
    writer,
    close,
  };

  let handle: (text: string) => Promise<void> = () => Promise.resolve();
  closed = protocol.opened(
    {
      protocol: webSocket.protocol,
      send: (text) => write(() => webSocket.send(text)),
      close,
      onMessage: (listener) => {
        handle = listener;
      },
    },
    connection,
  );

  webSocket.on('message', (data) => {
    if (!accept()) return;
    // The hooks report their own faults, so what is left is a message that clients do not send.
    handle(String(data)).catch(() => close(closeCodes.badRequest, 'Invalid message received'));
  });
  webSocket.on('ping', (data) => {
    if (accept()) write(() => webSocket.pong(data));
  });
  webSocket.on('pong', () => {
    alive = true;
  });
  // A message too large or no text of RFC 6455: ws answers with the right code (1009, 1007, 1002) by itself.
  webSocket.on('error', () => end(1006, ''));

  const leave = keepAlive.add(() => {
    if (!alive) webSocket.terminate();
    alive = false;
    if (isOpen()) webSocket.ping();
  });
  webSocket.once('close', (code, reason) => {
    leave();
    end(code, String(reason));
    for (const cancel of timers) cancel();
    onGone();
  });
  return connection;
}
