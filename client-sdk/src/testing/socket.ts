import type { WebSocketLike } from '../channels/transport-ws.ts';

type Listener = Parameters<WebSocketLike['addEventListener']>[1];

export interface SocketMessage {
  readonly type: string;
  readonly id?: string;
  readonly payload?: { readonly [key: string]: unknown };
}

/** The server's end of one WebSocket that exists in memory only. */
export interface TestSocket {
  readonly url: string;
  readonly protocol: string;
  /** The client's end. */
  readonly socket: WebSocketLike;
  readonly received: SocketMessage[];
  readonly subscriptions: Map<string, { readonly workflow: string; readonly id: string }>;
  isOpen(): boolean;
  open(): void;
  send(message: object): void;
  raw(data: string): void;
  /** Closes from the server's side. */
  end(code: number): void;
  /** Breaks, or never opens. */
  fail(): void;
  /** The close event of a connection that was given up long ago. */
  closeLate(): void;
}

/** @param onMessage what the server does with a message. */
export function createTestSocket(
  url: string,
  protocol: string,
  onMessage: (from: TestSocket, message: SocketMessage) => void,
): TestSocket {
  const listeners = new Map<string, Listener[]>();
  let state: 'connecting' | 'open' | 'closed' = 'connecting';
  const emit = (type: string, event: object = {}) => {
    for (const listener of listeners.get(type) ?? []) listener({ type, ...event });
  };
  const raw = (data: string) => {
    if (state === 'open') emit('message', { data });
  };

  const self: TestSocket = {
    url,
    protocol,
    received: [],
    subscriptions: new Map(),
    isOpen: () => state === 'open',
    socket: {
      addEventListener(type, listener) {
        listeners.set(type, [...(listeners.get(type) ?? []), listener]);
      },
      send(data) {
        if (state === 'connecting') throw new Error('InvalidStateError');
        if (state === 'closed') return;
        const message = JSON.parse(data) as SocketMessage;
        self.received.push(message);
        onMessage(self, message);
      },
      close() {
        const was = state;
        state = 'closed';
        self.subscriptions.clear();
        // As a real one does, though nobody should care any more.
        if (was !== 'closed') queueMicrotask(() => emit('close', { code: 1000 }));
      },
    },
    closeLate: () => emit('close', { code: 1006 }),
    open() {
      if (state !== 'connecting') return;
      state = 'open';
      emit('open');
    },
    raw,
    send: (message) => raw(JSON.stringify(message)),
    end(code) {
      if (state === 'closed') return;
      state = 'closed';
      self.subscriptions.clear();
      emit('close', { code });
    },
    fail() {
      if (state === 'closed') return;
      state = 'closed';
      self.subscriptions.clear();
      emit('error');
      emit('close', { code: 1006 });
    },
  };
  return self;
}
