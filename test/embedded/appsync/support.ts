import { WebSocket } from 'ws';
import type { Caller } from '../../../core/access.ts';
import type { SubscriptionServerOptions } from '../../../embedded/subscriptions/server.ts';
import { callers, openSocket, type Service, until } from '../subscriptions/support.ts';

/** A verifier that knows these, and the usual `good` and `foreign`. */
export const knowing = (more: { readonly [credential: string]: Caller }): SubscriptionServerOptions['verifier'] => ({
  verify: async (credential) => more[credential] ?? callers[credential] ?? null,
});

export interface Message {
  readonly type: string;
  readonly id?: string;
  readonly payload?: unknown;
}

export const encode = (value: unknown, alphabet: 'base64' | 'base64url' = 'base64url'): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString(alphabet);

/** How a client connects: query of the URL, subprotocols, HTTP headers. */
export interface Handshake {
  readonly query?: string;
  readonly protocols?: readonly string[];
  readonly headers?: { readonly [name: string]: string };
}

/** As the official clients do it. */
export const withKey = (key: string): Handshake => ({
  protocols: ['graphql-ws', `header-${encode({ host: '127.0.0.1', 'x-api-key': key })}`],
});

/** A client that speaks the protocol message by message. */
export async function connect({ url }: Service, handshake: Handshake = withKey('good')) {
  const { query = '', protocols = ['graphql-ws'], headers = {} } = handshake;
  const raw = await openSocket(new WebSocket(`${url}/realtime${query}`, [...protocols], { headers }));
  const { socket, messages, send } = raw;
  const start = (id: string, query: string, variables: object = {}, credential = 'good'): void =>
    send(startMessage(id, query, variables, credential));
  /** The message of a type that comes as the so-many-th of it. */
  const answer = async (type: string, count = 1): Promise<Message> => {
    const found = (): Message | undefined => messages.filter((message) => message.type === type)[count - 1];
    await until(() => found() !== undefined || socket.readyState === WebSocket.CLOSED);
    return found() ?? { type: `closed before ${type}` };
  };
  return { ...raw, start, answer };
}

export const startMessage = (id: string, query: string, variables: object = {}, credential = 'good') => ({
  id,
  type: 'start',
  payload: {
    data: JSON.stringify({ query, variables }),
    extensions: { authorization: { host: '127.0.0.1', Authorization: credential } },
  },
});

/** The first error of a message, as it came. */
export function errorOf({ payload }: Message): unknown {
  return (payload as { readonly errors?: readonly unknown[] } | undefined)?.errors?.[0];
}
