import { createRoute, z } from '@hono/zod-openapi';
import { orMalformedCursor } from '../list-cursor.ts';
import { requireScope } from '../middleware/access.ts';
import { jsonAnswer, problemAnswers } from '../responses.ts';
import { countParam } from '../schemas.ts';
import type { Api, RouteDeps } from '../types.ts';

const letterSchema = z
  .object({
    id: z.string(),
    at: z.iso.datetime(),
    reason: z.string(),
    source: z.enum(['events', 'intake', 'owner']),
    execution: z.object({ workflow: z.string(), id: z.string() }).nullable(),
    body: z.string().openapi({ description: 'What was rejected, as JSON text cut to 64 KiB' }),
  })
  .openapi('DeadLetter');

/** `GET /dead-letters`: what could not be taken, with its reason, newest first (G10). For the operator. */
export function deadLettersRoute(api: Api, { verifier, deadLetters, limits }: RouteDeps): void {
  const route = createRoute({
    method: 'get',
    path: '/dead-letters',
    summary: 'What could not be taken, and why',
    middleware: requireScope(verifier, 'admin'),
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
  api.openapi(route, async (c) => {
    const { after, limit } = c.req.valid('query');
    const { letters, next } = await orMalformedCursor(deadLetters.list(after ?? null, limit));
    const shown = letters.map(({ id, at, reason, source, key, body }) => {
      return { id, at: new Date(at).toISOString(), reason, source, execution: key, body };
    });
    return c.json({ letters: shown, next }, 200);
  });
}
