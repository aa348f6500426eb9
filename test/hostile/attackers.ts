import { connect, type Socket } from 'node:net';
import { WebSocket } from 'ws';
import type { Ground } from './ground.ts';

/** Does so many things at a time until the time is up, whatever comes of each; answers what came, counted. */
export async function flood(
  seconds: number,
  atOnce: number,
  one: (turn: number) => Promise<string | number>,
): Promise<Readonly<Record<string, number>>> {
  const until = Date.now() + seconds * 1_000;
  const counts: Record<string, number> = {};
  let turn = 0;
  const lane = async (): Promise<void> => {
    while (Date.now() < until) {
      const name = String(await one(turn++).catch(() => 'broken'));
      counts[name] = (counts[name] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  return counts;
}

export async function ask(ground: Ground, path: string, key: string, body?: unknown): Promise<number> {
  const answer = await fetch(`${ground.url}${path}`, {
    ...(body === undefined ? {} : { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body) }),
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    signal: AbortSignal.timeout(30_000),
  });
  await answer.arrayBuffer();
  return answer.status;
}

export async function mint(ground: Ground, id: string): Promise<string> {
  const answer = await fetch(`${ground.url}/tokens`, {
    method: 'POST',
    body: JSON.stringify({ executions: [{ workflow: 'hostile', id }] }),
    headers: { authorization: `Bearer ${ground.hostile}`, 'content-type': 'application/json' },
  });
  return ((await answer.json()) as { readonly token?: string }).token ?? '';
}

/** A socket of graphql-transport-ws that has said who it is; what it is told is thrown away. */
export function openSocket(ground: Ground, credential: string, reads = true): Promise<WebSocket> {
  const socket = new WebSocket(`${ground.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('closed')));
    socket.once('open', () =>
      socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: credential } })),
    );
    socket.once('message', () => {
      if (!reads) socket.pause();
      socket.on('error', () => undefined);
      resolve(socket);
    });
  });
}

/** A bare connection, for what no client would send. */
export function dial(ground: Ground): Socket {
  const { hostname, port } = new URL(ground.url);
  // From an address of its own (all of 127.0.0.0/8 is this machine's): the innocent is somebody else.
  const socket = connect({ port: Number(port), host: hostname, localAddress: '127.0.0.2' });
  socket.on('error', () => undefined);
  socket.resume();
  return socket;
}
