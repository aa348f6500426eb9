import type { Json, Problem } from './contract.ts';

/**
 * Every way a request can fail (RFC 9457). The names are part of the contract: they may grow, never change. `type` is a
 * URN because a problem is identified, not fetched (RFC 9457 §3.1.1).
 */
export const problemTypes = {
  'bad-request': { title: 'The request cannot be read', status: 400 },
  'malformed-cursor': { title: 'The cursor is malformed', status: 400 },
  unauthorized: { title: 'A valid API key or watch token is needed', status: 401 },
  forbidden: { title: 'The key lacks the scope for this', status: 403 },
  'not-found': { title: 'Nothing is here, or nothing that you may see', status: 404 },
  'method-not-allowed': { title: 'The method is not allowed here', status: 405 },
  conflict: { title: 'The present state does not allow this', status: 409 },
  'id-taken': { title: 'The id is already taken', status: 409 },
  'payload-too-large': { title: 'The body is too large', status: 413 },
  'unsupported-media-type': { title: 'The media type or the content coding is not supported', status: 415 },
  'invalid-input': { title: 'The request is readable but not valid', status: 422 },
  'idempotency-mismatch': { title: 'The Idempotency-Key was used with another request', status: 422 },
  'tenant-mismatch': { title: 'The input names another tenant than the key', status: 422 },
  'private-address': { title: 'The URL leads to a private address', status: 422 },
  'too-many-requests': { title: 'Too many requests', status: 429 },
  internal: { title: 'An unexpected error', status: 500 },
  unavailable: { title: 'Not available now; send the request again later', status: 503 },
} as const satisfies { readonly [name: string]: { readonly title: string; readonly status: number } };

export type ProblemName = keyof typeof problemTypes;

/** The `type` of a problem. */
export const problemType = (name: ProblemName): string => `urn:statuswire:problem:${name}`;

/**
 * The body of an error answer.
 * @param detail What went wrong this time, for a person.
 * @param extra Further members (RFC 9457 §3.2), or `instance`; they cannot replace `type`, `title`, `status` and `detail`.
 */
export function problem(
  name: ProblemName,
  detail?: string,
  extra: { readonly [member: string]: Json } = {},
): Problem & { readonly [member: string]: Json } {
  const { title, status } = problemTypes[name];
  return { ...extra, type: problemType(name), title, status, ...(detail === undefined ? {} : { detail }) };
}
