import { createRoute, z } from '@hono/zod-openapi';
import { problem } from '../../../core/problems.ts';
import { unexpected } from '../middleware/problems.ts';
import { problemAnswer } from '../problem-answer.ts';
import { jsonAnswer, problemAnswers } from '../responses.ts';
import { type Api, healthProblems, type RouteDeps } from '../types.ts';

/** A key that need not exist: what counts is that the log answers. */
const probe = { workflow: 'healthz', id: 'healthz' };

const schema = z.object({
  status: z.enum(['ok', 'degraded']),
  problems: z.array(z.enum(healthProblems)).optional().describe('What is not as usual; absent where nothing is'),
});

const isDamaged = ({ healthProblems: problems }: RouteDeps): boolean =>
  problems?.().includes('database-damaged') ?? false;

/** `GET /healthz`: 200 while the log answers and its storage is sound, else 503; public. */
export function healthRoute(api: Api, deps: RouteDeps): void {
  const route = createRoute({
    method: 'get',
    path: '/healthz',
    summary: 'Does the service work? (liveness)',
    responses: {
      ...jsonAnswer(200, 'It does, at least for readers', schema),
      ...problemAnswers('unavailable'),
    },
  });
  api.openapi(route, async (c) => {
    const problems = deps.healthProblems?.() ?? [];
    if (isDamaged(deps)) {
      return problemAnswer(c, problem('unavailable', 'The database is damaged.'), { 'Retry-After': '60' });
    }
    try {
      await deps.log.load([probe]);
    } catch (error) {
      return unexpected(c, deps, error, 'unavailable');
    }
    const body =
      problems.length === 0 ? { status: 'ok' as const } : { status: 'degraded' as const, problems: [...problems] };
    return c.json(body, 200, { 'Cache-Control': 'no-store' });
  });
}

/** `GET /readyz`: 200 while requests should come here, else 503: while it starts, stops, or the log does not answer; public. */
export function readyRoute(api: Api, deps: RouteDeps): void {
  const route = createRoute({
    method: 'get',
    path: '/readyz',
    summary: 'Should requests come here? (readiness)',
    responses: {
      ...jsonAnswer(200, 'They should', z.object({ status: z.literal('ready') })),
      ...problemAnswers('unavailable'),
    },
  });
  api.openapi(route, async (c) => {
    const headers = { 'Cache-Control': 'no-store' };
    const isReady = deps.isReady?.() ?? true;
    if (!isReady || isDamaged(deps)) return problemAnswer(c, problem('unavailable'), headers);
    try {
      await deps.log.load([probe]);
      return c.json({ status: 'ready' }, 200, headers);
    } catch (error) {
      return unexpected(c, deps, error, 'unavailable');
    }
  });
}
