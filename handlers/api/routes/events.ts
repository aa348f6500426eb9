import { createRoute, z } from '@hono/zod-openapi';
import { problem } from '../../../core/problems.ts';
import { TooMuchAtOnce } from '../../ingest/unpack.ts';
import { requireScope } from '../middleware/access.ts';
import { jsonBody } from '../middleware/json-body.ts';
import { unexpected } from '../middleware/problems.ts';
import { refuse } from '../problem-answer.ts';
import { jsonAnswer, problemAnswers } from '../responses.ts';
import type { Api, RouteDeps } from '../types.ts';

const answerSchema = z.object({
  accepted: z.int(),
  rejected: z.array(z.object({ index: z.int(), reason: z.string() })),
});

/**
 * `POST /events`: one EventBridge event (the shape an API destination sends), one CloudWatch Logs subscription payload
 * (`{ awslogs: { data } }`), or a list of such. 200 after the commit with the reason of each that is bad; 413 before
 * anything is taken when the payloads unpack to too much; 503 when not all is committed: send all again (S25).
 */
export function eventsRoute(api: Api, deps: RouteDeps): void {
  const { verifier, limits, ingest } = deps;
  const route = createRoute({
    method: 'post',
    path: '/events',
    summary: 'Feed events from AWS',
    middleware: [
      requireScope(verifier, 'ingest'),
      jsonBody({ maxBytes: limits.eventsBodyBytes, maxDepth: limits.jsonDepth, optional: false }),
    ],
    request: {
      body: {
        required: true,
        content: { 'application/json': { schema: z.unknown().openapi({ description: 'An event, or a list' }) } },
      },
    },
    responses: {
      ...jsonAnswer(200, 'Committed', answerSchema),
      ...problemAnswers('bad-request', 'unauthorized', 'forbidden', 'payload-too-large', 'unsupported-media-type'),
      ...problemAnswers('unavailable'),
    },
  });
  api.openapi(route, async (c) => {
    const items = itemsOf(c.req.valid('json'));
    if (items.length > limits.eventsPerRequest) {
      throw refuse(problem('payload-too-large', `At most ${limits.eventsPerRequest} events at once.`));
    }
    try {
      const { accepted, rejected } = await ingest(items);
      return c.json({ accepted, rejected }, 200);
    } catch (error) {
      if (error instanceof TooMuchAtOnce) throw refuse(problem('payload-too-large', error.message));
      return unexpected(c, deps, error, 'unavailable');
    }
  });
}

function itemsOf(body: unknown): readonly unknown[] {
  if (Array.isArray(body)) return body;
  if (typeof body === 'object' && body !== null) return [body];
  throw refuse(problem('bad-request', 'Send an event or a list of events.'));
}
