import { createRoute, z } from '@hono/zod-openapi';
import type { WatchGrant } from '../../../core/access.ts';
import { problem } from '../../../core/problems.ts';
import { maxNamedExecutions } from '../../authorize/grant-claim.ts';
import { defaultTokenSeconds, maxTokenSeconds } from '../../authorize/watch-token.ts';
import { requireScope } from '../middleware/access.ts';
import { secretHeaders } from '../middleware/caching.ts';
import { jsonBody } from '../middleware/json-body.ts';
import { refuse } from '../problem-answer.ts';
import { jsonAnswer, problemAnswers } from '../responses.ts';
import { nameSchema } from '../schemas.ts';
import type { Api, RouteDeps } from '../types.ts';

const ttlSeconds = z.int().min(1).max(maxTokenSeconds).default(defaultTokenSeconds);

const bodySchema = z.union(
  [
    z.strictObject({ workflow: nameSchema, ttlSeconds }),
    z.strictObject({
      executions: z
        .array(z.strictObject({ workflow: nameSchema, id: nameSchema }))
        .min(1)
        .max(maxNamedExecutions),
      ttlSeconds,
    }),
  ],
  {
    error: `name either one workflow or 1 to ${maxNamedExecutions} executions, and ttlSeconds of 1 to ${maxTokenSeconds}`,
  },
);

/**
 * `POST /tokens`: a watch token for named executions, which need not exist yet, or for one workflow of the tenant (S28).
 * Made by the user's backend, handed to its browser.
 */
export function tokensRoute(api: Api, { verifier, limits }: RouteDeps): void {
  const route = createRoute({
    method: 'post',
    path: '/tokens',
    summary: 'Make a watch token',
    middleware: [
      requireScope(verifier, 'tokens'),
      jsonBody({ maxBytes: limits.bodyBytes, maxDepth: limits.jsonDepth, optional: false }),
    ],
    request: { body: { required: true, content: { 'application/json': { schema: bodySchema } } } },
    responses: {
      ...jsonAnswer(200, 'The token', z.object({ token: z.string(), expiresAt: z.iso.datetime() })),
      ...problemAnswers('bad-request', 'unauthorized', 'forbidden', 'payload-too-large', 'unsupported-media-type'),
      ...problemAnswers('invalid-input'),
    },
  });
  api.openapi(route, async (c) => {
    const body = c.req.valid('json');
    const grant: WatchGrant =
      'workflow' in body
        ? { type: 'workflow', workflow: body.workflow }
        : { type: 'executions', executions: body.executions };
    const minted = await verifier.mintToken(c.get('caller'), grant, body.ttlSeconds);
    if (minted.type === 'refused') throw refuse(problem('invalid-input', minted.reason));
    const answer = { token: minted.token, expiresAt: new Date(minted.expiresAt).toISOString() };
    return c.json(answer, 200, secretHeaders);
  });
}
