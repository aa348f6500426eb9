import { createRoute, z } from '@hono/zod-openapi';
import type { DeadLetter } from '../../../core/ports.ts';
import { problem } from '../../../core/problems.ts';
import { isCut } from '../../ingest/letter-body.ts';
import { orMalformedCursor } from '../list-cursor.ts';
import { requireScope } from '../middleware/access.ts';
import { notFound, refuse } from '../problem-answer.ts';
import { emptyAnswer, jsonAnswer, problemAnswers } from '../responses.ts';
import { countParam } from '../schemas.ts';
import type { Api, RouteDeps } from '../types.ts';

const executionSchema = z.object({ workflow: z.string(), id: z.string() }).nullable();

const letterSchema = z
  .object({
    id: z.string(),
    at: z.iso.datetime(),
    reason: z.string(),
    source: z.enum(['events', 'intake', 'owner']),
    execution: executionSchema,
    body: z.string().openapi({ description: 'What was rejected, as JSON text; events cut to 64 KiB' }),
    cut: z.boolean().openapi({ description: 'The body is only the beginning, so the letter cannot be redriven' }),
  })
  .openapi('DeadLetter');

const params = z.object({ id: z.string() });

function shown(letter: DeadLetter) {
  const { id, at, reason, source, key, body } = letter;
  return { id, at: new Date(at).toISOString(), reason, source, execution: key, body, cut: isCut(letter) };
}

/** `/dead-letters`: what could not be taken, with its reason, newest first (G10, S24). For the operator. */
export function deadLetterRoutes(api: Api, { verifier, deadLetters, limits, operations }: RouteDeps): void {
  const middleware = requireScope(verifier, 'admin');
  const denied = problemAnswers('unauthorized', 'forbidden');

  const list = createRoute({
    method: 'get',
    path: '/dead-letters',
    summary: 'What could not be taken, and why',
    middleware,
    request: {
      query: z.object({
        after: z.string().min(1).max(1_024).optional(),
        limit: countParam(1, limits.deadLettersMax).default(limits.deadLettersDefault),
      }),
    },
    responses: {
      ...jsonAnswer(200, 'A page', z.object({ letters: z.array(letterSchema), next: z.string().nullable() })),
      ...problemAnswers('bad-request', 'malformed-cursor', 'unauthorized', 'forbidden'),
    },
  });
  api.openapi(list, async (c) => {
    const { after, limit } = c.req.valid('query');
    const { letters, next } = await orMalformedCursor(deadLetters.list(after ?? null, limit));
    return c.json({ letters: letters.map(shown), next }, 200);
  });

  const get = createRoute({
    method: 'get',
    path: '/dead-letters/{id}',
    summary: 'One dead letter',
    middleware,
    request: { params },
    responses: { ...jsonAnswer(200, 'The letter', letterSchema), ...denied, ...problemAnswers('not-found') },
  });
  api.openapi(get, async (c) => {
    const letter = await deadLetters.get(c.req.valid('param').id);
    if (!letter) throw notFound();
    return c.json(shown(letter), 200);
  });

  const redrive = createRoute({
    method: 'post',
    path: '/dead-letters/{id}/redrive',
    summary: 'Try once more what could not be taken',
    middleware,
    request: { params },
    responses: {
      ...jsonAnswer(202, 'Taken; the letter is gone', z.object({ execution: executionSchema })),
      ...denied,
      ...problemAnswers('not-found', 'conflict'),
    },
  });
  api.openapi(redrive, async (c) => {
    const answer = await operations.redriveLetter(c.req.valid('param').id);
    if (answer.type === 'absent') throw notFound();
    if (answer.type === 'refused') throw refuse(problem('conflict', answer.reason));
    return c.json({ execution: answer.key }, 202);
  });

  const remove = createRoute({
    method: 'delete',
    path: '/dead-letters/{id}',
    summary: 'Drop a dead letter',
    middleware,
    request: { params },
    responses: { ...emptyAnswer(204, 'Dropped'), ...denied, ...problemAnswers('not-found') },
  });
  api.openapi(remove, async (c) => {
    const { id } = c.req.valid('param');
    if (!(await deadLetters.get(id))) throw notFound();
    await deadLetters.remove(id);
    return c.body(null, 204);
  });
}
