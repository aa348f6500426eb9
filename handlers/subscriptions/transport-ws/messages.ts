import type { GraphqlRequest } from '../../graphql/graphql.ts';
import { isRecord, parseRequest } from '../../graphql/graphql-http.ts';
import { readJson } from '../read-json.ts';

export const subprotocol = 'graphql-transport-ws';

type Payload = { readonly [name: string]: unknown } | null;

/** What a client says. */
export type ClientMessage =
  | { readonly type: 'connection_init' | 'ping' | 'pong'; readonly payload: Payload }
  | { readonly type: 'subscribe'; readonly id: string; readonly request: GraphqlRequest }
  | { readonly type: 'complete'; readonly id: string };

/**
 * A message of the graphql-transport-ws protocol (https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md); null
 * for everything else: no JSON, no object, a type that only servers send or nobody knows, an id that is no text or empty,
 * a payload that is not of its type's form.
 */
export function readMessage(text: string): ClientMessage | null {
  const message = readJson(text);
  if (!isRecord(message)) return null;
  const { type, id, payload = null } = message;
  switch (type) {
    case 'connection_init':
    case 'ping':
    case 'pong':
      return payload === null || isRecord(payload) ? { type, payload } : null;
    case 'subscribe': {
      if (!isId(id) || !isRecord(payload) || !(payload.extensions == null || isRecord(payload.extensions))) return null;
      const request = parseRequest(payload);
      return typeof request === 'string' ? null : { type, id, request };
    }
    case 'complete':
      return isId(id) ? { type, id } : null;
    default:
      return null;
  }
}

function isId(id: unknown): id is string {
  return typeof id === 'string' && id !== '';
}
