import { createRoute, z } from '@hono/zod-openapi';
import { requireScope } from '../middleware/access.ts';
import { notFound } from '../problem-answer.ts';
import { emptyAnswer, jsonAnswer, problemAnswers } from '../responses.ts';
import { countParam } from '../schemas.ts';
import type { Api, RouteDeps } from '../types.ts';

const bindingSchema = z
  .object({
    workflow: z.string(),
    machineArn: z.string().openapi({ description: 'The state machine that the name stands for' }),
  })
  .openapi('Binding');

/**
 * `/bindings`: which state machine each name stands for that nobody configured (S1). Undoing one frees the name for the
 * machine that is seen next. For the operator.
 */
export function bindingRoutes(api: Api, { verifier, bindings, limits }: RouteDeps): void {
  const middleware = requireScope(verifier, 'admin');

  const list = createRoute({
    method: 'get',
    path: '/bindings',
    summary: 'Which state machine each workflow stands for',
    middleware,
    request: {
      query: z.object({
        after: z.string().min(1).max(1_024).optional().openapi({ description: '`next` of the page before' }),
        limit: countParam(1, limits.listMax).default(limits.listDefault),
      }),
    },
    responses: {
      ...jsonAnswer(200, 'A page', z.object({ bindings: z.array(bindingSchema), next: z.string().nullable() })),
      ...problemAnswers('bad-request', 'unauthorized', 'forbidden'),
    },
  });
  api.openapi(list, async (c) => {
    const { after, limit } = c.req.valid('query');
    const page = await bindings.list(after ?? null, limit);
    return c.json({ bindings: [...page.bindings], next: page.next }, 200);
  });

  const unbind = createRoute({
    method: 'delete',
    path: '/bindings/{workflow}',
    summary: 'Free a name for the state machine that is seen next',
    middleware,
    request: { params: z.object({ workflow: z.string() }) },
    responses: { ...emptyAnswer(204, 'Freed'), ...problemAnswers('unauthorized', 'forbidden', 'not-found') },
  });
  api.openapi(unbind, async (c) => {
    if (!(await bindings.unbind(c.req.valid('param').workflow))) throw notFound();
    return c.body(null, 204);
  });
}
