import type { Credential } from '../../subscriptions/credential.ts';
import { isRecord } from '../graphql-http.ts';

/** The authorization object of AppSync's clients, of a handshake or a `start`: header names and their values. */
export interface AuthorizationHeaders {
  readonly [name: string]: unknown;
}

/**
 * The credential in it: `Authorization`, else `x-api-key`, in any case of letters; null when there is none. As the
 * official clients send it: an API key in either, a watch token in `Authorization`, with `sw_` before it (S29). `host`
 * is not looked at: behind a proxy nobody here knows the right one, and it secures nothing without AWS's signature.
 */
export function credentialIn(headers: AuthorizationHeaders): string | null {
  let found: string | null = null;
  for (const [name, value] of Object.entries(headers)) {
    if (typeof value !== 'string' || value === '') continue;
    const lower = name.toLowerCase();
    if (lower === 'authorization') return value;
    if (lower === 'x-api-key') found = value;
  }
  return found;
}

/** What a WebSocket upgrade says, as node:http has it. */
export interface UpgradeRequest {
  readonly url?: string | undefined;
  readonly headers: { readonly [name: string]: string | readonly string[] | undefined };
}

/**
 * Reads the three ways that AppSync offers (AppSync Developer Guide, "Building a real-time WebSocket client"), the first
 * there is: the subprotocol `header-<base64url>`, the query's `header` in base64, plain HTTP headers. `payload` of the
 * query is always `{}` and not looked at.
 */
export function readHandshake({ url = '', headers }: UpgradeRequest): Credential {
  const subprotocol = /(?:^|,)\s*header-(?<encoded>[^,\s]*)/.exec(String(headers['sec-websocket-protocol'] ?? ''));
  const encoded = subprotocol?.groups?.encoded ?? new URLSearchParams(url.split('?', 2)[1] ?? '').get('header');
  const given = encoded === null ? headers : decode(encoded);
  return given ? shownIn(given) : { type: 'malformed' };
}

/** The credential of a handshake or a `start`. */
export function shownIn(headers: AuthorizationHeaders): Credential {
  const text = credentialIn(headers);
  return text === null ? { type: 'missing', what: 'Authorization or x-api-key is needed' } : { type: 'given', text };
}

/** Characters of both alphabets (RFC 4648 §4 and §5); a `+` of an unescaped query has become a space. */
const base64 = /^[A-Za-z0-9+/ _-]*={0,2}$/;

function decode(encoded: string): AuthorizationHeaders | null {
  if (!base64.test(encoded)) return null;
  try {
    // Node's decoder takes both alphabets, with padding and without.
    const value: unknown = JSON.parse(Buffer.from(encoded.replaceAll(' ', '+'), 'base64').toString('utf8'));
    return isRecord(value) ? value : null;
  } catch {
    return null;
  }
}
