import { createRoute, z } from '@hono/zod-openapi';
import { normalBasePath } from '../../../core/addresses.ts';
import { openApiDocument } from '../openapi/document.ts';
import { jsonAnswer } from '../responses.ts';
import type { Api, RouteDeps } from '../types.ts';

const documentSchema = z.looseObject({ openapi: z.string() });

/** `GET /openapi.json`: what this API is, for machines (OpenAPI 3.1); public. Made when it is first asked for. */
export function openApiRoute(api: Api, { publicUrl, basePath }: RouteDeps): void {
  const route = createRoute({
    method: 'get',
    path: '/openapi.json',
    summary: 'This description',
    responses: jsonAnswer(200, 'OpenAPI 3.1', documentSchema),
  });
  let document: ReturnType<typeof openApiDocument> | null = null;
  api.openapi(route, (c) => {
    document ??= openApiDocument(api, publicUrl ?? (normalBasePath(basePath) || '/'));
    return c.json({ ...document }, 200, { 'Cache-Control': 'public, max-age=300' });
  });
}
