import { createRoute, z } from '@hono/zod-openapi';
import { credentialIn } from '../../graphql/appsync/authorization.ts';
import { requireScope } from '../middleware/access.ts';
import { appsyncErrors } from '../middleware/appsync-errors.ts';
import { jsonBody } from '../middleware/json-body.ts';
import { limitRate } from '../middleware/rate-limit.ts';
import { eitherAnswer, jsonAnswer, problemAnswers } from '../responses.ts';
import type { Api, RouteDeps } from '../types.ts';

const requestSchema = z.unknown().openapi({
  type: 'object',
  required: ['query'],
  properties: {
    query: { type: 'string' },
    variables: { type: ['object', 'null'] },
    operationName: { type: ['string', 'null'] },
  },
});
const answerSchema = z
  .object({ data: z.unknown(), errors: z.array(z.unknown()) })
  .partial()
  .openapi('GraphqlAnswer');

/**
 * `POST /graphql`: the queries of `schema.graphql`, for any client and for AppSync's own. Subscriptions need one of the
 * WebSockets.
 */
export function graphqlRoute(api: Api, { verifier, graphql, limits }: RouteDeps): void {
  const route = createRoute({
    method: 'post',
    path: '/graphql',
    summary: 'GraphQL queries',
    middleware: [
      appsyncErrors(),
      // AppSync's clients send an API key as `x-api-key`, anything else in `Authorization` without a scheme.
      requireScope(verifier, 'read', (c) => credentialIn(c.req.header()) ?? undefined),
      jsonBody({ maxBytes: limits.bodyBytes, maxDepth: limits.jsonDepth, optional: false }),
    ],
    // Any JSON: `graphql` answers in GraphQL's own form what is wrong with a request.
    request: { body: { required: true, content: { 'application/json': { schema: requestSchema } } } },
    responses: {
      ...jsonAnswer(200, 'data, errors, or both', answerSchema),
      ...eitherAnswer(jsonAnswer(400, 'JSON, but no GraphQL request', answerSchema), problemAnswers('bad-request')),
      ...problemAnswers('unauthorized', 'forbidden', 'payload-too-large', 'unsupported-media-type'),
    },
  });
  api.openapi(route, async (c) => {
    const body: unknown = c.req.valid('json');
    const caller = c.get('caller');
    // The request itself was counted as 1 when it came.
    const charge = (cost: number): void => {
      if (cost > 1) limitRate(c, caller, cost - 1);
    };
    const answer = await graphql({ body, charge }, caller);
    // Made into text once: an answer may have megabytes.
    return c.body(JSON.stringify(answer.body), answer.status, { 'Content-Type': 'application/json' });
  });
}
