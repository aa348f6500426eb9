import { createRoute, z } from '@hono/zod-openapi';
import type { ApiKeyRecord } from '../../../core/access.ts';
import { newApiKey } from '../../authorize/api-key.ts';
import { requireScope } from '../middleware/access.ts';
import { secretHeaders } from '../middleware/caching.ts';
import { jsonBody } from '../middleware/json-body.ts';
import { notFound } from '../problem-answer.ts';
import { emptyAnswer, jsonAnswer, problemAnswers } from '../responses.ts';
import { scopeSchema, textSchema } from '../schemas.ts';
import type { Api, RouteDeps } from '../types.ts';
import { baseUrlOf } from '../urls.ts';

const tenantSchema = textSchema(1, 80);

const bodySchema = z.strictObject({
  tenant: tenantSchema.optional().openapi({ description: "The caller's own when absent" }),
  scopes: z
    .array(scopeSchema)
    .min(1)
    .refine((scopes) => new Set(scopes).size === scopes.length, 'must not repeat'),
  label: textSchema(0, 200).default(''),
});

const keySchema = z
  .object({
    id: z.string(),
    tenant: z.string(),
    scopes: z.array(scopeSchema),
    label: z.string(),
    createdAt: z.iso.datetime(),
  })
  .openapi('Key');

/** What of a key is shown: nothing of its secret. */
function shown({ id, tenant, scopes, label, createdAt }: ApiKeyRecord) {
  return { id, tenant, scopes, label, createdAt: new Date(createdAt).toISOString() };
}

/** `POST·GET·DELETE /keys`: the operator's API keys of all tenants (S24). A key's text is shown once, when it is made. */
export function keyRoutes(api: Api, deps: RouteDeps): void {
  const { verifier, keys, clock, random, limits, onKeyRemoved } = deps;
  const scope = requireScope(verifier, 'admin');
  const body = jsonBody({ maxBytes: limits.bodyBytes, maxDepth: limits.jsonDepth, optional: false });
  const denied = problemAnswers('unauthorized', 'forbidden');

  const create = createRoute({
    method: 'post',
    path: '/keys',
    summary: 'Make an API key',
    middleware: [scope, body],
    request: { body: { required: true, content: { 'application/json': { schema: bodySchema } } } },
    responses: {
      ...jsonAnswer(201, 'Made', keySchema.extend({ key: z.string() })),
      ...denied,
      ...problemAnswers('bad-request', 'payload-too-large', 'unsupported-media-type', 'invalid-input'),
    },
  });
  api.openapi(create, async (c) => {
    const { tenant = c.get('caller').tenant, scopes, label } = c.req.valid('json');
    const { record, secretText } = newApiKey({ tenant, scopes, label, createdAt: clock(), random });
    await keys.put(record);
    const headers = { ...secretHeaders, Location: `${baseUrlOf(c, deps)}/keys/${record.id}` };
    return c.json({ ...shown(record), key: secretText }, 201, headers);
  });

  const list = createRoute({
    method: 'get',
    path: '/keys',
    summary: 'List API keys',
    middleware: scope,
    request: { query: z.object({ tenant: tenantSchema.optional() }) },
    responses: {
      ...jsonAnswer(200, 'All, or those of a tenant', z.object({ keys: z.array(keySchema) })),
      ...denied,
      ...problemAnswers('bad-request'),
    },
  });
  api.openapi(list, async (c) => {
    const all = await keys.list(c.req.valid('query').tenant ?? null);
    return c.json({ keys: all.map(shown) }, 200);
  });

  const remove = createRoute({
    method: 'delete',
    path: '/keys/{id}',
    summary: 'Revoke an API key',
    middleware: scope,
    request: { params: z.object({ id: z.string() }) },
    responses: { ...emptyAnswer(204, 'Revoked'), ...denied, ...problemAnswers('not-found') },
  });
  api.openapi(remove, async (c) => {
    const { id } = c.req.valid('param');
    const removed = await keys.remove(id);
    verifier.forgetKey(id);
    onKeyRemoved?.(id);
    if (!removed) throw notFound();
    return c.body(null, 204);
  });
}
