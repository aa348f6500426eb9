import { createRoute, z } from '@hono/zod-openapi';
import { unexpected } from '../middleware/problems.ts';
import { jsonAnswer, problemAnswers } from '../responses.ts';
import type { Api, RouteDeps } from '../types.ts';

/** A key that need not exist: what counts is that the log answers. */
const probe = { workflow: 'healthz', id: 'healthz' };

/** `GET /healthz`: 200 while the log answers, else 503; public. */
export function healthRoute(api: Api, deps: RouteDeps): void {
  const route = createRoute({
    method: 'get',
    path: '/healthz',
    summary: 'Does the service work?',
    responses: {
      ...jsonAnswer(200, 'It does', z.object({ status: z.literal('ok') })),
      ...problemAnswers('unavailable'),
    },
  });
  api.openapi(route, async (c) => {
    try {
      await deps.log.load([probe]);
      return c.json({ status: 'ok' }, 200, { 'Cache-Control': 'no-store' });
    } catch (error) {
      return unexpected(c, deps, error, 'unavailable');
    }
  });
}
