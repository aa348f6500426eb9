import { createRoute, z } from '@hono/zod-openapi';
import { jsonAnswer } from '../responses.ts';
import type { Api, RouteDeps } from '../types.ts';
import { baseUrlOf } from '../urls.ts';

const discoverySchema = z
  .object({
    version: z.literal(1),
    channels: z.array(
      z.object({
        channel: z.enum(['polling', 'webhook', 'subscription']),
        protocol: z.enum(['http', 'standard-webhooks', 'graphql-transport-ws', 'appsync']),
        url: z.string(),
        region: z.string().optional(),
        maxWaitSeconds: z.int().optional(),
      }),
    ),
  })
  .openapi('Discovery');

/** `GET /.well-known/statuswire`: which channels there are and where; public (S22). */
export function discoveryRoute(api: Api, deps: RouteDeps): void {
  const route = createRoute({
    method: 'get',
    path: '/.well-known/statuswire',
    summary: 'The channels of this deployment',
    responses: jsonAnswer(200, 'The channels', discoverySchema),
  });
  api.openapi(route, (c) => c.json(deps.discovery(baseUrlOf(c, deps)), 200));
}
