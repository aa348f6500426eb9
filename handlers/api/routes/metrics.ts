import { createRoute, type RouteConfig, z } from '@hono/zod-openapi';
import { requireScope } from '../middleware/access.ts';
import { unexpected } from '../middleware/problems.ts';
import { problemAnswers } from '../responses.ts';
import type { Api, RouteDeps } from '../types.ts';

/** `GET /metrics`: in Prometheus' text format, for the operator (docs/operations.md). */
export function metricsRoute(api: Api, deps: RouteDeps): void {
  const { verifier, metrics } = deps;
  if (!metrics) return;
  const exposition: RouteConfig['responses'] = {
    200: {
      description: 'Prometheus text format',
      content: { 'text/plain': { schema: z.string().openapi({ example: 'statuswire_sockets 3\n' }) } },
    },
  };
  const route = createRoute({
    method: 'get',
    path: '/metrics',
    summary: 'Metrics for Prometheus',
    middleware: requireScope(verifier, 'admin'),
    responses: {
      ...exposition,
      ...problemAnswers('unauthorized', 'forbidden', 'unavailable'),
    },
  });
  api.openapi(route, async (c) => {
    try {
      const { contentType, body } = await metrics();
      return c.text(body, 200, { 'Content-Type': contentType });
    } catch (error) {
      return unexpected(c, deps, error, 'unavailable');
    }
  });
}
