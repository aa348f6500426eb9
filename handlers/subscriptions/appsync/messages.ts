import type { AuthorizationHeaders } from '../../graphql/appsync/authorization.ts';
import type { GraphqlRequest } from '../../graphql/graphql.ts';
import { isRecord, parseRequest } from '../../graphql/graphql-http.ts';
import { readJson } from '../read-json.ts';

/** What a client says. */
export type ClientMessage =
  | { readonly type: 'connection_init' }
  | { readonly type: 'start'; readonly id: string; readonly payload: unknown }
  | { readonly type: 'stop'; readonly id: string }
  /** Well formed, but nothing that AppSync knows. */
  | { readonly type: 'unknown' };

/** null for what is no message at all: no JSON object with a `type`, or without the `id` that its type needs. */
export function readMessage(text: string): ClientMessage | null {
  const message = readJson(text);
  if (!isRecord(message)) return null;
  const { type, id, payload } = message;
  const named = typeof id === 'string' && id !== '';
  switch (type) {
    case 'connection_init':
      return { type };
    case 'start':
      return named ? { type, id, payload } : null;
    case 'stop':
      return named ? { type, id } : null;
    default:
      return typeof type === 'string' ? { type: 'unknown' } : null;
  }
}

/** What a `start` asks for; where it is malformed, what is wrong. */
export type Start =
  | { readonly type: 'start'; readonly request: GraphqlRequest; readonly authorization: AuthorizationHeaders }
  | { readonly type: 'malformed'; readonly reason: string };

/** `payload.data` is a string that holds the request; who asks stands in `payload.extensions.authorization`. */
export function readStart(payload: unknown): Start {
  if (!isRecord(payload) || typeof payload.data !== 'string') return malformed('payload.data must be a string.');
  const request = parseRequest(readJson(payload.data));
  if (typeof request === 'string') return malformed(`payload.data: ${request}`);
  const { authorization } = isRecord(payload.extensions) ? payload.extensions : {};
  return { type: 'start', request, authorization: isRecord(authorization) ? authorization : {} };
}

function malformed(reason: string): Start {
  return { type: 'malformed', reason };
}
