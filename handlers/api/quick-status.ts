import { type Caller, hasScope } from '../../core/access.ts';
import { normalBasePath } from '../../core/addresses.ts';
import type { Head } from '../../core/head.ts';
import type { LogKey } from '../../core/ports.ts';
import { accountOf } from '../admission/account.ts';
import { type VisibleHead, visibleTo } from '../read/visible.ts';
import { etagOf, matchesEtag } from './etag.ts';
import { revalidate } from './middleware/caching.ts';
import { crossOriginHeaders } from './middleware/cross-origin.ts';
import { rateHeaders } from './middleware/rate-limit.ts';
import { createTraceIds } from './middleware/request-id.ts';
import { type PlainRequest, type QuickRequest, readQuickRequest } from './quick-request.ts';
import { retryAfterSeconds } from './retry-after.ts';
import type { ApiDeps } from './types.ts';

/** A whole answer. */
export interface QuickAnswer {
  readonly status: 200 | 304;
  /** Names and values in turn, as node:http takes them with the least work. */
  readonly headers: (string | number)[];
  /** null: none. A string, because node:http then writes it together with the head. */
  readonly body: string | null;
}

/**
 * Answers a plain `GET /status/{workflow}/{id}` of somebody who may, exactly as the API does, without the framework:
 * `null`, or a promise of it, leaves the request to the API. That is every refusal, every error and everything unusual,
 * so what is said then stands there alone. Answered at once where all that it needs is in memory.
 */
export type QuickStatus = (request: PlainRequest) => QuickAnswer | null | Promise<QuickAnswer | null>;

type QuickDeps = Pick<
  ApiDeps,
  'log' | 'verifier' | 'clock' | 'random' | 'origins' | 'rateLimiter' | 'onRequest' | 'basePath'
> & {
  /** What `log.load` would answer for one key, at once; may throw as that may reject. @default `log.load` is asked */
  readonly headNow?: ((key: LogKey) => Head | null) | undefined;
};

/** What all answers for one head have in common. */
interface Prepared {
  readonly etag: string;
  readonly text: string;
  /** In UTF-8. */
  readonly bytes: number;
}

const route = '/status/:workflow/:id';

/**
 * Made of the same deps as `createApi`, it asks the same verifier, rate limiter and rule of what is visible. The bytes
 * of an update are kept for as long as the log answers the same head.
 */
export function createQuickStatus(deps: QuickDeps): QuickStatus {
  const { log, verifier, clock, random, origins, rateLimiter, onRequest, headNow } = deps;
  const prefix = `${normalBasePath(deps.basePath)}/status/`;
  const prepared = new WeakMap<VisibleHead, Prepared>();
  const nextId = createTraceIds(random);

  function prepare(head: VisibleHead): Prepared {
    const known = prepared.get(head);
    if (known) return known;
    const text = JSON.stringify(head.last);
    const fresh = { etag: etagOf(head), text, bytes: Buffer.byteLength(text) };
    prepared.set(head, fresh);
    return fresh;
  }

  function answer(caller: Caller, stored: Head | null, request: QuickRequest, begun: number): QuickAnswer | null {
    const now = clock();
    const head = visibleTo(caller, stored, now);
    if (!head) return null;
    // Last, because from here on it is answered: whoever answers counts. One that is refused costs nothing.
    const rate = rateLimiter?.take(accountOf(caller), 'read');
    if (rate && !rate.allowed) return null;
    const { etag, text, bytes } = prepare(head);
    const status = matchesEtag(request.ifNoneMatch, etag) ? 304 : 200;
    const requestId = nextId();
    const headers: (string | number)[] = ['X-Request-Id', requestId, 'ETag', etag, 'Cache-Control', revalidate];
    if (status === 200) headers.push('Content-Type', 'application/json', 'Content-Length', bytes);
    const retryAfter = retryAfterSeconds(head, now);
    if (retryAfter !== null) headers.push('Retry-After', retryAfter);
    if (rateLimiter && rate) append(headers, rateHeaders('read', rateLimiter.limits.read, rate));
    if (origins.length > 0) append(headers, crossOriginHeaders(origins, request.origin));
    if (onRequest) {
      const path = `${prefix}${head.workflow}/${head.id}`;
      onRequest({ requestId, method: 'GET', route, path, status, durationMs: performance.now() - begun });
    }
    return { status, headers, body: status === 200 ? text : null };
  }

  async function look(request: QuickRequest, begun: number): Promise<QuickAnswer | null> {
    const caller = await verifier.verify(request.authorization);
    if (!caller || !hasScope(caller, 'read')) return null;
    const [stored] = await log.load([request.key]);
    return answer(caller, stored ?? null, request, begun);
  }

  return (plain) => {
    const request = readQuickRequest(plain, prefix);
    if (!request) return null;
    const begun = performance.now();
    const caller = headNow ? verifier.remembered(request.authorization) : null;
    if (!headNow || !caller) return look(request, begun);
    return hasScope(caller, 'read') ? answer(caller, headNow(request.key), request, begun) : null;
  };
}

function append(headers: (string | number)[], more: Readonly<Record<string, string>>): void {
  for (const name in more) headers.push(name, more[name] ?? '');
}
