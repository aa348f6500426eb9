import type { LogKey } from '../../core/ports.ts';

/** A request as it came, before anything was made of it. */
export interface PlainRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  /** Names and values in turn, as they came. */
  readonly rawHeaders: readonly string[];
}

/** What a plain `GET /status/{workflow}/{id}` asks. */
export interface QuickRequest {
  readonly key: LogKey;
  readonly authorization: string;
  readonly ifNoneMatch: string | undefined;
  readonly origin: string | undefined;
}

/** Headers that make the answer another one, or that say that a body follows. */
const unusual = new Set(['prefer', 'x-request-id', 'content-length', 'transfer-encoding', 'expect', 'traceparent']);
const read = new Set(['authorization', 'if-none-match', 'origin']);

/**
 * Recognises the request that makes up nearly all of a busy service's reads; null for every other one, also for this one
 * with anything about it that is not quite usual: no query, no escapes in the path, no header twice.
 *
 * @param prefix Base path and `/status/`.
 */
export function readQuickRequest({ method, url, rawHeaders }: PlainRequest, prefix: string): QuickRequest | null {
  if (method !== 'GET' || !url.startsWith(prefix)) return null;
  const key = keyOf(url.slice(prefix.length));
  if (!key) return null;
  const found: { [name: string]: string } = {};
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = (rawHeaders[at] ?? '').toLowerCase();
    if (unusual.has(name)) return null;
    if (!read.has(name)) continue;
    if (found[name] !== undefined) return null;
    found[name] = rawHeaders[at + 1] ?? '';
  }
  const { authorization, origin, 'if-none-match': ifNoneMatch } = found;
  return authorization === undefined ? null : { key, authorization, ifNoneMatch, origin };
}

/** Names that need no escape and are no dot segments. */
const path = /^([\w-][\w.-]{0,79})\/([\w-][\w.-]{0,79})$/;

function keyOf(text: string): LogKey | null {
  const [, workflow, id] = path.exec(text) ?? [];
  return workflow !== undefined && id !== undefined ? { workflow, id } : null;
}
