import { createRoute, z } from '@hono/zod-openapi';
import type { Json, StatusError } from '../../../core/contract.ts';
import { loadVisible, type VisibleHead } from '../../read/visible.ts';
import { requireScope } from '../middleware/access.ts';
import { notFound } from '../problem-answer.ts';
import { jsonAnswer, problemAnswers } from '../responses.ts';
import { retryAfterHeader } from '../retry-after.ts';
import { errorSchema, executionParams, jsonSchema, statusSchema } from '../schemas.ts';
import type { Api, RouteDeps } from '../types.ts';

const doneSchema = z.union([
  z.object({ output: jsonSchema, outputOmitted: z.literal(true).optional() }),
  z.object({ error: errorSchema }),
]);

/**
 * `GET /result/{workflow}/{id}`: what came of it. 202 until it is done. Serves a projected output of any size, also one
 * that updates leave out (S15).
 */
export function resultRoute(api: Api, { log, verifier, clock }: RouteDeps): void {
  const route = createRoute({
    method: 'get',
    path: '/result/{workflow}/{id}',
    summary: 'The projected output, or the error, of an execution',
    middleware: requireScope(verifier, 'read'),
    request: { params: executionParams },
    responses: {
      ...jsonAnswer(200, 'The output, or the error of one that failed', doneSchema),
      ...jsonAnswer(202, 'Not done yet', z.object({ status: statusSchema })),
      ...problemAnswers('unauthorized', 'forbidden', 'not-found'),
    },
  });
  api.openapi(route, async (c) => {
    const now = clock();
    const head = await loadVisible(log, c.get('caller'), c.req.valid('param'), now);
    if (!head) throw notFound();
    if (!head.last.done) return c.json({ status: head.last.status }, 202, retryAfterHeader(head, now));
    return c.json(resultOf(head), 200);
  });
}

type Outcome = { readonly output: Json; readonly outputOmitted?: true } | { readonly error: StatusError };

function resultOf({ last, book }: VisibleHead): Outcome {
  // An end need not have a name for its error: Step Functions gives an aborted or timed-out run none.
  if (last.status !== 'SUCCEEDED') return { error: last.error ?? { name: null, cause: null } };
  const result = book.end?.result;
  if (result?.type === 'value') return { output: result.value };
  return last.outputOmitted ? { output: null, outputOmitted: true } : { output: last.output };
}
