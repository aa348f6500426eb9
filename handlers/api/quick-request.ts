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
const read: ReadonlySet<string> = new Set(['authorization', 'if-none-match', 'origin']);

/** What to do with a header, by its name as it is written. */
type Meaning = 'authorization' | 'if-none-match' | 'origin' | 'unusual' | 'ignored';
const meanings = new Map<string, Meaning>();
/** Clients write a name one way or another; a caller who invents more must not fill the memory. */
const spellings = 1_000;

function meaningOf(written: string): Meaning {
  const known = meanings.get(written);
  if (known) return known;
  const name = written.toLowerCase();
  const meaning = unusual.has(name) ? 'unusual' : read.has(name) ? (name as Meaning) : 'ignored';
  if (meanings.size < spellings && name.length < 100) meanings.set(written, meaning);
  return meaning;
}

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
  let authorization: string | undefined;
  let ifNoneMatch: string | undefined;
  let origin: string | undefined;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const value = rawHeaders[at + 1] ?? '';
    switch (meaningOf(rawHeaders[at] ?? '')) {
      case 'unusual':
        return null;
      case 'authorization':
        if (authorization !== undefined) return null;
        authorization = value;
        break;
      case 'if-none-match':
        if (ifNoneMatch !== undefined) return null;
        ifNoneMatch = value;
        break;
      case 'origin':
        if (origin !== undefined) return null;
        origin = value;
        break;
      case 'ignored':
        break;
    }
  }
  return authorization === undefined ? null : { key, authorization, ifNoneMatch, origin };
}

/** Names that need no escape and are no dot segments. */
const path = /^([\w-][\w.-]{0,79})\/([\w-][\w.-]{0,79})$/;

function keyOf(text: string): LogKey | null {
  const [, workflow, id] = path.exec(text) ?? [];
  return workflow !== undefined && id !== undefined ? { workflow, id } : null;
}
