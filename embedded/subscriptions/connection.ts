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
  /** Who it was opened by; null until the credentials were accepted. */
  readonly caller: () => Caller | null;
  /**
   * Takes a caller as verified, the first as the one it was opened by; the connection ends when a token of any does, at
   * once if it has expired (S30). Answers how to leave it out again, for callers of single subscriptions.
   */
  readonly admit: (caller: Caller) => Cancel;
  /** Is anything on it done for such a caller? */
  readonly serves: (matches: (caller: Caller) => boolean) => boolean;
  /** Runs once, when it has ended; at once when it has. */
  readonly whenOver: (run: () => void) => void;
  /** Where the hub's frames go. */
  readonly writer: SocketWriter;
  /** Ends it: subscriptions stop at once, the peer gets what was published before, and the code. Only the first counts. */
  readonly close: (code: number, reason: string) => void;
}

/** What is spoken on a socket. Told of each one opened; answers what to call when it has ended. */
export type SocketProtocol = Pick<Server<Connection>, 'opened'>;

export interface ConnectionOptions {
  readonly webSocket: WebSocket;
  /** The connection below it. */
  readonly socket: Duplex;
  readonly protocol: SocketProtocol;
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
  const callers = new Set<{ readonly caller: Caller }>();
  let over = false;
  let alive = true;
  let closed: ReturnType<SocketProtocol['opened']> | null = null;

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

  /** Ends the connection at that time, unless cancelled. */
  const expireAt = (at: number): Cancel => {
    let cancel: Cancel = () => undefined;
    const look = (): void => {
      timers.delete(cancel);
      const left = at - clock.now();
      if (left > 0) {
        // A timer may be shorter than the time asked for, so it looks again.
        cancel = clock.after(left, look);
        timers.add(cancel);
      } else close(closeCodes.forbidden, 'Token expired');
    };
    look();
    return () => {
      cancel();
      timers.delete(cancel);
    };
  };

  const connection: Connection = {
    caller: () => callers.values().next().value?.caller ?? null,
    admit(caller) {
      if (over) return () => undefined;
      const admitted = { caller };
      callers.add(admitted);
      const cancel = caller.type === 'token' ? expireAt(caller.expiresAt) : null;
      return () => {
        callers.delete(admitted);
        cancel?.();
      };
    },
    serves: (matches) => [...callers].some(({ caller }) => matches(caller)),
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
