import { createRoute, z } from '@hono/zod-openapi';
import { loadVisible } from '../../read/visible.ts';
import { etagOf, matchesEtag } from '../etag.ts';
import { requireScope } from '../middleware/access.ts';
import { notFound } from '../problem-answer.ts';
import { emptyAnswer, jsonAnswer, problemAnswers } from '../responses.ts';
import { retryAfterHeader } from '../retry-after.ts';
import { executionParams, updateSchema, waitParam } from '../schemas.ts';
import type { Api, RouteDeps } from '../types.ts';

/**
 * `GET /status/{workflow}/{id}`: the last update, or 304 when the caller has it. A failed execution is a 200 that says
 * FAILED. `wait` is a wish that is answered at once here (S19), so discovery names no `maxWaitSeconds`.
 */
export function statusRoute(api: Api, { log, verifier, clock }: RouteDeps): void {
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
    const now = clock();
    const head = await loadVisible(log, c.get('caller'), c.req.valid('param'), now);
    if (!head) throw notFound();
    const etag = etagOf(head);
    const headers = { ETag: etag, ...retryAfterHeader(head, now) };
    if (matchesEtag(c.req.header('If-None-Match'), etag)) return c.body(null, 304, headers);
    return c.json(head.last, 200, headers);
  });
}
