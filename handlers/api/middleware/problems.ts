import type { Hook } from '@hono/zod-openapi';
import type { Context, ErrorHandler, MiddlewareHandler, NotFoundHandler } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { methodNotAllowed } from 'hono/method-not-allowed';
import { problem } from '../../../core/problems.ts';
import { isUnavailable } from '../../../core/unavailable.ts';
import { problemAnswer, refusalAnswer } from '../problem-answer.ts';
import type { Api, ApiDeps, ApiEnv } from '../types.ts';
import { newTraceId } from './request-id.ts';

/** What the report of an unexpected error needs. */
type Reporting = Pick<ApiDeps, 'random' | 'report'>;

/** How much of what is wrong with a request is told at once. */
const maxIssues = 3;

/** Reports an error and answers the problem that shows its id and nothing else of it (S26). */
export function unexpected(
  c: Context<ApiEnv>,
  { random, report }: Reporting,
  error: unknown,
  name: 'internal' | 'unavailable' = 'internal',
): Response {
  const errorId = newTraceId(random);
  report({ errorId, requestId: c.get('requestId'), method: c.req.method, path: c.req.path, error });
  const body = problem(name, undefined, { instance: `urn:statuswire:error:${errorId}` });
  return problemAnswer(c, body, name === 'unavailable' ? { 'Retry-After': '1' } : {});
}

/** Every error leaves as a problem. */
export function onError(reporting: Reporting): ErrorHandler<ApiEnv> {
  return (error, c) => {
    if (!(error instanceof HTTPException)) {
      return unexpected(c, reporting, error, isUnavailable(error) ? 'unavailable' : 'internal');
    }
    const refusal = refusalAnswer(c, error);
    if (refusal) return refusal;
    // What the framework itself throws: unreadable JSON, and a media type that the route does not know.
    if (error.status === 400) return problemAnswer(c, problem('bad-request', 'The body is not JSON.'));
    if (error.status === 415) return problemAnswer(c, problem('unsupported-media-type'));
    return unexpected(c, reporting, error);
  };
}

/** For paths that no route has. */
export const onNotFound: NotFoundHandler<ApiEnv> = (c) => problemAnswer(c, problem('not-found'));

/** For paths that have routes, but none of this method. */
export function wrongMethods(app: Api): MiddlewareHandler<ApiEnv> {
  return methodNotAllowed<ApiEnv>({
    app,
    onMethodNotAllowed: (c, methods) => {
      const allow = methods.join(', ');
      return problemAnswer(c, problem('method-not-allowed', `Allowed: ${allow}.`), { Allow: allow });
    },
  });
}

/**
 * What fails its schema: 422 when it is a readable body that says something impossible, 400 when the request itself is
 * wrong (query, header).
 */
export const onInvalid: Hook<unknown, ApiEnv, string, Response | undefined> = (result, c) => {
  if (result.success) return undefined;
  const issues = result.error.issues
    .slice(0, maxIssues)
    .map(({ path, message }) => (path.length > 0 ? `${path.join('.')}: ${message}` : message));
  return problemAnswer(c, problem(result.target === 'json' ? 'invalid-input' : 'bad-request', issues.join('; ')));
};
