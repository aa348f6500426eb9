import { createRoute, z } from '@hono/zod-openapi';
import { problem } from '../../../core/problems.ts';
import type { Endpoint, EndpointFilter } from '../../../core/webhook.ts';
import { requireScope } from '../middleware/access.ts';
import { secretHeaders } from '../middleware/caching.ts';
import { jsonBody } from '../middleware/json-body.ts';
import { notFound, refuse } from '../problem-answer.ts';
import { emptyAnswer, jsonAnswer, problemAnswers } from '../responses.ts';
import { endpointSchema, kindSchema, nameSchema, statusSchema, textSchema } from '../schemas.ts';
import type { Api, RouteDeps } from '../types.ts';
import { baseUrlOf } from '../urls.ts';

const filterSchema = z.strictObject({
  workflows: z.array(nameSchema).min(1).max(100).optional(),
  kinds: z.array(kindSchema).min(1).max(10).optional(),
  statuses: z.array(statusSchema).min(1).max(10).optional(),
});

const bodySchema = z.strictObject({
  url: textSchema(1, 2_048),
  filter: filterSchema.default({}),
  description: textSchema(0, 200).default(''),
});

const idParams = z.object({ id: z.string() });

/** What of an endpoint is shown: everything but its secret. */
function shown({ id, url, filter, description, createdAt }: Endpoint) {
  return { id, url, filter, description, createdAt: new Date(createdAt).toISOString() };
}

/** Without the keys that were not given, as the filter's type wants it. */
function filterOf({ workflows, kinds, statuses }: z.infer<typeof filterSchema>): EndpointFilter {
  return { ...(workflows && { workflows }), ...(kinds && { kinds }), ...(statuses && { statuses }) };
}

/** `POST·GET·DELETE /webhooks`, where that channel is: a tenant's endpoints. The secret is in the answer to the registration and nowhere else. */
export function webhookRoutes(api: Api, deps: RouteDeps): void {
  const { verifier, endpoints, webhooks, limits } = deps;
  if (!webhooks) return;
  const scope = requireScope(verifier, 'webhooks');
  const body = jsonBody({ maxBytes: limits.bodyBytes, maxDepth: limits.jsonDepth, optional: false });
  const denied = problemAnswers('unauthorized', 'forbidden');
  const absent = problemAnswers('unauthorized', 'forbidden', 'not-found');

  const register = createRoute({
    method: 'post',
    path: '/webhooks',
    summary: 'Register a webhook',
    middleware: [scope, body],
    request: { body: { required: true, content: { 'application/json': { schema: bodySchema } } } },
    responses: {
      ...jsonAnswer(201, 'Registered', endpointSchema.extend({ secret: z.string() })),
      ...denied,
      ...problemAnswers('bad-request', 'payload-too-large', 'unsupported-media-type'),
      ...problemAnswers('invalid-input', 'private-address'),
    },
  });
  api.openapi(register, async (c) => {
    const { url, filter, description } = c.req.valid('json');
    const request = { tenant: c.get('caller').tenant, url, filter: filterOf(filter), description };
    const answer = await webhooks.register(request);
    if (answer.type !== 'registered') {
      throw refuse(problem(answer.type === 'refused' ? 'invalid-input' : answer.type, answer.reason));
    }
    const { endpoint } = answer;
    const headers = { ...secretHeaders, Location: `${baseUrlOf(c, deps)}/webhooks/${endpoint.id}` };
    return c.json({ ...shown(endpoint), secret: endpoint.secret }, 201, headers);
  });

  const list = createRoute({
    method: 'get',
    path: '/webhooks',
    summary: 'List webhooks',
    middleware: scope,
    responses: { ...jsonAnswer(200, 'All of the tenant', z.object({ webhooks: z.array(endpointSchema) })), ...denied },
  });
  api.openapi(list, async (c) => {
    const all = await endpoints.list(c.get('caller').tenant);
    return c.json({ webhooks: all.map(shown) }, 200);
  });

  const one = createRoute({
    method: 'get',
    path: '/webhooks/{id}',
    summary: 'A webhook',
    middleware: scope,
    request: { params: idParams },
    responses: { ...jsonAnswer(200, 'The webhook', endpointSchema), ...absent },
  });
  api.openapi(one, async (c) => {
    const endpoint = await endpoints.get(c.get('caller').tenant, c.req.valid('param').id);
    if (!endpoint) throw notFound();
    return c.json(shown(endpoint), 200);
  });

  const remove = createRoute({
    method: 'delete',
    path: '/webhooks/{id}',
    summary: 'Remove a webhook',
    middleware: scope,
    request: { params: idParams },
    responses: { ...emptyAnswer(204, 'Removed'), ...absent },
  });
  api.openapi(remove, async (c) => {
    if (!(await webhooks.remove(c.get('caller').tenant, c.req.valid('param').id))) throw notFound();
    return c.body(null, 204);
  });
}
