import { createRoute, z } from '@hono/zod-openapi';
import { loadVisible, type VisibleHead } from '../../read/visible.ts';
import { etagOf, matchesEtag } from '../etag.ts';
import { longPoll } from '../long-poll.ts';
import { requireScope } from '../middleware/access.ts';
import { notFound } from '../problem-answer.ts';
import { emptyAnswer, jsonAnswer, problemAnswers } from '../responses.ts';
import { retryAfterHeader } from '../retry-after.ts';
import { executionParams, updateSchema, waitParam } from '../schemas.ts';
import type { Api, RouteDeps } from '../types.ts';

/**
 * `GET /status/{workflow}/{id}`: the last update, or 304 when the caller has it. A failed execution is a 200 that says
 * FAILED. `wait` holds the answer while it would be a 304 (S19).
 */
export function statusRoute(api: Api, deps: RouteDeps): void {
  const { log, verifier, clock } = deps;
  const route = createRoute({
    method: 'get',
    path: '/status/{workflow}/{id}',
    summary: 'The latest update of an execution',
    middleware: requireScope(verifier, 'read'),
    request: { params: executionParams, query: z.object({ wait: waitParam }) },
    responses: {
      ...jsonAnswer(200, 'The latest update', updateSchema),
      ...emptyAnswer(304, 'Unchanged since the ETag in If-None-Match'),
      ...problemAnswers('bad-request', 'unauthorized', 'forbidden', 'not-found'),
    },
  });
  api.openapi(route, async (c) => {
    const key = c.req.valid('param');
    const known = c.req.header('If-None-Match');
    const look = (): Promise<VisibleHead | null> => loadVisible(log, c.get('caller'), key, clock());
    const isKnown = (head: VisibleHead | null): boolean => head !== null && matchesEtag(known, etagOf(head));
    const first = await look();
    // Without a tag to wait for there is nothing that the next request could be held for either: the usual pace.
    const wait = known === undefined ? 0 : c.req.valid('query').wait;
    const { seen: head, retryAfter, headers: heeded } = await longPoll(c, deps, { key, wait, first, look, isKnown });
    if (!head) throw notFound();
    const headers = { ...heeded, ETag: etagOf(head), ...retryAfterHeader(head, clock(), retryAfter) };
    if (isKnown(head)) return c.body(null, 304, headers);
    return c.json(head.last, 200, headers);
  });
}
