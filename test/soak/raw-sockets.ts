import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import WebSocket from 'ws';
import { countFault, type Faults } from '../crash/readers.ts';

export interface RawOptions {
  /** http://… of the service. */
  readonly url: string;
  readonly token: string;
  readonly random: () => number;
  /** Ends the loop. */
  readonly signal: AbortSignal;
}

interface Next {
  readonly type: string;
  readonly payload?: { readonly data?: { readonly change?: { readonly id: string; readonly seq: number } } };
}

const workflows = ['orders', 'parcel', 'cloud', 'cloud-express'] as const;

/** Connects; null while the server is down. */
export async function openSocket({ url, token }: Pick<RawOptions, 'url' | 'token'>): Promise<WebSocket | null> {
  const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/graphql`, 'graphql-transport-ws');
  socket.on('error', () => undefined);
  const opened = new Promise<boolean>((resolve) => {
    socket.once('open', () => resolve(true));
    socket.once('close', () => resolve(false));
  });
  if (!(await opened)) return null;
  socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } }));
  return socket;
}

export const subscribe = (socket: WebSocket, id: string, query: string): void =>
  socket.send(JSON.stringify({ id, type: 'subscribe', payload: { query } }));

const leavings: readonly ((socket: WebSocket) => void)[] = [
  (socket) => socket.terminate(),
  (socket) => socket.close(1000),
  (socket) => {
    for (const id of workflows) socket.send(JSON.stringify({ id, type: 'complete' }));
    socket.close(1000);
  },
];

/**
 * Subscribes to whole workflows frame by frame, leaves after some seconds in one of several ways, and comes back. What one
 * connection carries of an execution has no gap and no repetition (S17); between connections it may.
 */
export async function rawReader(options: RawOptions, faults: Faults): Promise<number> {
  let connections = 0;
  while (!options.signal.aborted) {
    const socket = await openSocket(options);
    if (socket) {
      connections += 1;
      const before = new Map<string, number>();
      socket.on('message', (data, isBinary) => {
        const message = isBinary ? null : (JSON.parse(String(data)) as Next);
        if (message?.type === 'connection_ack')
          for (const workflow of workflows)
            subscribe(
              socket,
              workflow,
              `subscription { change: statusChanged(workflow: "${workflow}") { id seq status } }`,
            );
        const change = message?.payload?.data?.change;
        if (message?.type !== 'next' || !change) return;
        countFault(faults, before.get(change.id) ?? change.seq - 1, { seq: change.seq, skipped: false });
        before.set(change.id, change.seq);
      });
      const closed = once(socket, 'close');
      await pause(1_000 + options.random() * 5_000, options.signal);
      leavings[Math.floor(options.random() * leavings.length)]?.(socket);
      await closed;
    }
    await pause(200 + options.random() * 500, options.signal);
  }
  return connections;
}

/** Many aliases, so that what is never read fills the kernel's buffers within seconds. */
const bulky = `subscription { statusChanged(workflow: "orders") { ${Array.from({ length: 390 }, (_, n) => `a${n}: cursor`).join(' ')} } }`;

/** Subscribes and stops reading; answers how often the server closed such a socket as a slow reader (1013). */
export async function slowSocket(options: RawOptions): Promise<number> {
  let closedAsSlow = 0;
  while (!options.signal.aborted) {
    const socket = await openSocket(options);
    if (!socket) {
      await pause(500, options.signal);
      continue;
    }
    socket.on('close', (code) => {
      if (code === 1013) closedAsSlow += 1;
    });
    await Promise.race([once(socket, 'message'), once(socket, 'close')]);
    if (socket.readyState === WebSocket.OPEN) subscribe(socket, '1', bulky);
    socket.pause();
    await pause(4_000 + options.random() * 8_000, options.signal);
    socket.resume();
    await Promise.race([once(socket, 'close'), delay(1_000)]);
    socket.terminate();
  }
  return closedAsSlow;
}

/** Asks for many answers over HTTP and reads none. */
export async function slowHttp({ url, token, random, signal }: RawOptions): Promise<void> {
  const { hostname, port } = new URL(url);
  const request = `GET /executions?limit=100 HTTP/1.1\r\nHost: ${hostname}\r\nAuthorization: Bearer ${token}\r\n\r\n`;
  while (!signal.aborted) {
    const socket = connect(Number(port), hostname);
    socket.on('error', () => undefined);
    socket.pause();
    socket.write(request.repeat(20));
    await pause(3_000 + random() * 5_000, signal);
    socket.destroy();
  }
}

/** Waits, but not beyond the end. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => undefined);
}
