import { createRoute, z } from '@hono/zod-openapi';
import { problem } from '../../../core/problems.ts';
import { requireScope } from '../middleware/access.ts';
import { notFound, refuse } from '../problem-answer.ts';
import { jsonAnswer, problemAnswers } from '../responses.ts';
import { executionParams } from '../schemas.ts';
import type { Api, RouteDeps } from '../types.ts';
import { baseUrlOf, executionPath } from '../urls.ts';

const answerSchema = z.object({
  workflow: z.string(),
  id: z.string(),
  redriveCount: z.int().min(1),
  redrivenAt: z.iso.datetime(),
});

/**
 * `POST /executions/{workflow}/{id}/redrive`: goes on with an execution that failed, in the same log (S24). For the
 * operator. 202 once the new attempt is in the log; 409 with the reason where it cannot be redriven.
 */
export function redriveRoute(api: Api, deps: RouteDeps): void {
  const route = createRoute({
    method: 'post',
    path: '/executions/{workflow}/{id}/redrive',
    summary: 'Go on with an execution that failed, from where it failed',
    middleware: requireScope(deps.verifier, 'admin'),
    request: { params: executionParams },
    responses: {
      ...jsonAnswer(202, 'Redriven', answerSchema),
      ...problemAnswers('unauthorized', 'forbidden', 'not-found', 'conflict'),
    },
  });
  api.openapi(route, async (c) => {
    const key = c.req.valid('param');
    const answer = await deps.operations.redrive(key);
    if (answer.type === 'absent') throw notFound();
    if (answer.type === 'refused') throw refuse(problem('conflict', answer.reason));
    const headers = { Location: `${baseUrlOf(c, deps)}/status/${executionPath(key)}`, 'Retry-After': '1' };
    const { redriveCount, redriveDate } = answer;
    return c.json({ ...key, redriveCount, redrivenAt: new Date(redriveDate).toISOString() }, 202, headers);
  });
}
