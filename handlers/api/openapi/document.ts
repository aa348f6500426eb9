import { problem, problemTypes } from '../../../core/problems.ts';
import { problemType } from '../problem-answer.ts';
import type { Api } from '../types.ts';
import { examples } from './examples.ts';
import { headersOf } from './headers.ts';

type Document = ReturnType<Api['getOpenAPI31Document']>;
type Operation = NonNullable<NonNullable<Document['paths']>[string]['get']>;
type Answers = NonNullable<Operation['responses']>;
type Answer = Answers[string];

const methods = ['get', 'post', 'put', 'patch', 'delete'] as const;

/**
 * Describes every route of the API (OpenAPI 3.1): what the routes say of themselves, and what is true of all of them.
 *
 * @param serverUrl Where the paths begin; a relative one counts from the document's own address.
 */
export function openApiDocument(api: Api, serverUrl: string): Document {
  const document = api.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'Statuswire',
      version: '1',
      description: 'The status of Step Functions executions: one ordered, gap-free log each, read through any channel.',
      license: { name: 'MIT', url: 'https://spdx.org/licenses/MIT' },
    },
    servers: [{ url: serverUrl }],
  });
  for (const [path, item] of Object.entries(document.paths ?? {})) {
    for (const method of methods) {
      const operation = item[method];
      if (operation) complete(operation, method, path);
    }
  }
  return {
    ...document,
    components: {
      ...document.components,
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', description: 'An API key (sw_…) or a watch token (a JWT)' },
      },
    },
  };
}

function complete(operation: Operation, method: string, path: string): void {
  const responses: Answers = operation.responses ?? {};
  const isPublic = responses['401'] === undefined;
  const { request, answers } = examples[`${method} ${path}`] ?? { answers: {} };
  operation.operationId = operationId(method, path);
  operation.security = isPublic ? [] : [{ bearer: [] }];
  if (!isPublic) responses['429'] = problemResponse('too-many-requests');
  responses['500'] = problemResponse('internal');
  // What writes may find the store unable to: a full disk, a read-only file.
  if (method !== 'get') responses['503'] ??= problemResponse('unavailable');
  operation.responses = responses;
  for (const [status, answer] of Object.entries<Answer>(responses)) {
    answer.headers = headersOf(`${method} ${path}`, status, isPublic);
    const json = answer.content?.['application/json'];
    if (json && answers[status] !== undefined) json.example = answers[status];
  }
  const body = operation.requestBody && 'content' in operation.requestBody ? operation.requestBody.content : {};
  const json = body['application/json'];
  if (json && request !== undefined) json.example = request;
}

function problemResponse(name: 'too-many-requests' | 'internal' | 'unavailable'): Answer {
  return {
    description: problemTypes[name].title,
    content: { [problemType]: { schema: { $ref: '#/components/schemas/Problem' }, example: problem(name) } },
  };
}

/** `get /status/{workflow}/{id}` → `getStatusWorkflowId`. */
function operationId(method: string, path: string): string {
  const words = path.split(/[^A-Za-z]+/).filter((word) => word !== '');
  return method + words.map((word) => word.slice(0, 1).toUpperCase() + word.slice(1)).join('');
}
