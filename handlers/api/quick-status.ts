import { hasScope } from '../../core/access.ts';
import type { Update } from '../../core/contract.ts';
import { callerKey } from '../read/caller-key.ts';
import { visibleTo } from '../read/visible.ts';
import { etagOf, matchesEtag } from './etag.ts';
import { revalidate } from './middleware/caching.ts';
import { crossOriginHeaders } from './middleware/cross-origin.ts';
import { rateHeaders } from './middleware/rate-limit.ts';
import { createTraceIds } from './middleware/request-id.ts';
import { type PlainRequest, type QuickRequest, readQuickRequest } from './quick-request.ts';
import { retryAfterHeader } from './retry-after.ts';
import type { ApiDeps } from './types.ts';
import { normalBasePath } from './urls.ts';

/** A whole answer. */
export interface QuickAnswer {
  readonly status: 200 | 304;
  readonly headers: Readonly<Record<string, string | number>>;
  /** null: none. A string, because node:http then writes it together with the head. */
  readonly body: string | null;
}

/**
 * Answers a plain `GET /status/{workflow}/{id}` of somebody who may, exactly as the API does, without the framework:
 * `null`, or a promise of it, leaves the request to the API. That is every refusal, every error and everything unusual,
 * so what is said then stands there alone.
 */
export type QuickStatus = (request: PlainRequest) => Promise<QuickAnswer | null> | null;

type QuickDeps = Pick<
  ApiDeps,
  'log' | 'verifier' | 'clock' | 'random' | 'origins' | 'rateLimiter' | 'onRequest' | 'basePath'
>;

interface Body {
  readonly text: string;
  /** In UTF-8. */
  readonly bytes: number;
}

/**
 * Made of the same deps as `createApi`, it asks the same verifier, rate limiter and rule of what is visible. The bytes
 * of an update are kept for as long as the log answers the same one.
 */
export function createQuickStatus(deps: QuickDeps): QuickStatus {
  const { log, verifier, clock, random, origins, rateLimiter, onRequest } = deps;
  const prefix = `${normalBasePath(deps.basePath)}/status/`;
  const bodies = new WeakMap<Update, Body>();
  const nextId = createTraceIds(random);

  function bodyOf(update: Update): Body {
    const known = bodies.get(update);
    if (known) return known;
    const text = JSON.stringify(update);
    const body = { text, bytes: Buffer.byteLength(text) };
    bodies.set(update, body);
    return body;
  }

  async function answer({ key, authorization, ifNoneMatch, origin }: QuickRequest): Promise<QuickAnswer | null> {
    const begun = performance.now();
    const caller = verifier.remembered(authorization) ?? (await verifier.verify(authorization));
    if (!caller || !hasScope(caller, 'read')) return null;
    const now = clock();
    const [stored] = await log.load([key]);
    const head = visibleTo(caller, stored ?? null, now);
    if (!head) return null;
    // Last, because from here on it is answered: whoever answers counts. One that is refused costs nothing.
    const rate = rateLimiter?.take(callerKey(caller), 'read');
    if (rate && !rate.allowed) return null;
    const etag = etagOf(head);
    const unchanged = matchesEtag(ifNoneMatch, etag);
    const body = unchanged ? null : bodyOf(head.last);
    const requestId = nextId();
    const headers = {
      ...(body ? { 'Content-Type': 'application/json', 'Content-Length': body.bytes } : {}),
      'X-Request-Id': requestId,
      ETag: etag,
      'Cache-Control': revalidate,
      ...retryAfterHeader(head, now),
      ...(rateLimiter && rate ? rateHeaders('read', rateLimiter.limits.read, rate) : {}),
      ...(origins.length > 0 ? crossOriginHeaders(origins, origin) : {}),
    };
    const status = unchanged ? 304 : 200;
    const path = `${prefix}${key.workflow}/${key.id}`;
    const route = '/status/:workflow/:id';
    onRequest?.({ requestId, method: 'GET', route, path, status, durationMs: performance.now() - begun });
    return { status, headers, body: body?.text ?? null };
  }

  return (request) => {
    const quick = readQuickRequest(request, prefix);
    return quick && answer(quick);
  };
}
