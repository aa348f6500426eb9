import type { Fetch, WebSocketConstructor, WebSocketLike } from '@statuswire/client';

/** The network as the client sees it, and ways to break it: what a tunnel, a proxy or a lift does to it. */
export interface Network {
  readonly fetch: Fetch;
  readonly WebSocket: WebSocketConstructor;
  /** Closes every open WebSocket, once. */
  cut(): void;
  /** Lets no WebSocket through, as some proxies do. */
  setBlocked(blocked: boolean): void;
  /** Lets nothing through. */
  setOffline(offline: boolean): void;
  /** The same object until something changes. */
  getState(): NetworkState;
  subscribe(listener: () => void): () => void;
}

export interface NetworkState {
  readonly blocked: boolean;
  readonly offline: boolean;
  /** How many WebSockets are open. */
  readonly sockets: number;
}

export function createNetwork(): Network {
  const open = new Set<WebSocket>();
  const listeners = new Set<() => void>();
  let state: NetworkState = { blocked: false, offline: false, sockets: 0 };

  function change(next: Partial<NetworkState>): void {
    state = { ...state, ...next };
    for (const listener of listeners) listener();
  }

  function cut(): void {
    for (const socket of open) socket.close(4000, 'cut');
  }

  function connect(url: string, protocol: string): WebSocketLike {
    if (state.blocked || state.offline) return refused();
    const socket = new WebSocket(url, protocol);
    socket.addEventListener('open', () => {
      open.add(socket);
      change({ sockets: open.size });
    });
    socket.addEventListener('close', () => {
      open.delete(socket);
      change({ sockets: open.size });
    });
    return socket;
  }

  return {
    async fetch(target, init) {
      if (state.offline) throw new TypeError('The page is offline.');
      return globalThis.fetch(target, init);
    },
    // The client calls it with `new`, which gives back whatever object a function returns.
    WebSocket: connect as unknown as WebSocketConstructor,
    cut,
    setBlocked(blocked) {
      change({ blocked });
      if (blocked) cut();
    },
    setOffline(offline) {
      change({ offline });
      if (offline) cut();
    },
    getState: () => state,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** A WebSocket that fails as one does when nothing answers. */
function refused(): WebSocketLike {
  const target = new EventTarget();
  queueMicrotask(() => {
    target.dispatchEvent(new Event('error'));
    target.dispatchEvent(Object.assign(new Event('close'), { code: 1006 }));
  });
  return {
    addEventListener: (type, listener) => target.addEventListener(type, listener as unknown as EventListener),
    send: () => undefined,
    close: () => undefined,
  };
}
