import type { RawWebSocket } from './web-socket.ts';

/** How a client of each kind of server gets from an open socket to its updates. */
export interface Dialect {
  readonly path: string;
  readonly protocol: string | null;
  /** Sent when the socket opens; `topic` is the execution's id. */
  readonly hello: (topic: string, credential: string) => readonly string[];
  /** Answers to what the server says; also asked for every update, so it must be quick to say null. */
  readonly reply: (payload: Buffer, topic: string) => string | null;
}

/** The whole update, as the client SDK selects it. */
export const selection = `tenant workflow id epoch seq cursor kind status done state activeStates
  progress { percent message } output outputOmitted error { name cause } redriveCount startedAt stoppedAt occurredAt recordedAt`;
const query = `subscription ($workflow: ID!, $id: ID) { statusChanged(workflow: $workflow, id: $id) { ${selection} } }`;

/** Handshakes are short, updates are not. */
const longestHandshake = 200;

const plain: Dialect = { path: '/', protocol: null, hello: (topic) => [topic], reply: () => null };

const graphql: Dialect = {
  path: '/graphql',
  protocol: 'graphql-transport-ws',
  hello: (_, credential) => [JSON.stringify({ type: 'connection_init', payload: { authorization: credential } })],
  reply: (payload, topic) => {
    if (payload.length > longestHandshake || !payload.includes('connection_ack')) return null;
    const variables = { workflow: 'orders', id: topic };
    return JSON.stringify({ id: '1', type: 'subscribe', payload: { query, variables } });
  },
};

/** Engine.IO 4: "0…" opens, "2" pings, "3" pongs; Socket.IO: "40" connects, "42[…]" is an event. */
const socketIo: Dialect = {
  path: '/socket.io/?EIO=4&transport=websocket',
  protocol: null,
  hello: () => ['40'],
  reply: (payload, topic) => {
    if (payload.length > longestHandshake) return null;
    if (payload.toString() === '2') return '3';
    return payload.subarray(0, 2).toString() === '40' ? `42["watch",${JSON.stringify(topic)}]` : null;
  },
};

export const dialects = { plain, graphql, socketIo } satisfies Record<string, Dialect>;
export type DialectName = keyof typeof dialects;

/** Lets a client say hello and answer. */
export function speak(dialect: Dialect, socket: RawWebSocket, topic: string, credential: string): void {
  for (const text of dialect.hello(topic, credential)) socket.send(text);
}
