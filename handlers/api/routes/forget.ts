import { createRoute } from '@hono/zod-openapi';
import { problem } from '../../../core/problems.ts';
import { requireScope } from '../middleware/access.ts';
import { notFound, refuse } from '../problem-answer.ts';
import { emptyAnswer, problemAnswers } from '../responses.ts';
import { executionParams } from '../schemas.ts';
import type { Api, RouteDeps } from '../types.ts';

/**
 * `DELETE /executions/{workflow}/{id}`: forgets an execution that is done (S4, S24). For the operator. From the answer on
 * it is 404 everywhere.
 */
export function forgetRoute(api: Api, { verifier, operations }: RouteDeps): void {
  const route = createRoute({
    method: 'delete',
    path: '/executions/{workflow}/{id}',
    summary: 'Forget an execution that is done',
    middleware: requireScope(verifier, 'admin'),
    request: { params: executionParams },
    responses: {
      ...emptyAnswer(204, 'Forgotten'),
      ...problemAnswers('unauthorized', 'forbidden', 'not-found', 'conflict'),
    },
  });
  api.openapi(route, async (c) => {
    const answer = await operations.forget(c.req.valid('param'));
    if (answer === 'absent') throw notFound();
    if (answer === 'open') throw refuse(problem('conflict', 'Only an execution that is done can be forgotten.'));
    return c.body(null, 204);
  });
}
