import type { MiddlewareHandler } from 'hono';
import { permissionDenied } from '../../graphql/appsync/errors.ts';
import { isRecord } from '../../graphql/graphql-http.ts';
import type { ApiEnv } from '../types.ts';

/**
 * Makes the refusal of a credential readable for AppSync's clients too: aws-amplify takes the error's name from
 * `x-amzn-ErrorType`, Apollo's links show `errors`. To everybody else it is the problem that it was, with a further
 * member (RFC 9457 §3.2).
 */
export function appsyncErrors(): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    await next();
    if (c.res.status !== 401 && c.res.status !== 403) return;
    const problem: unknown = await c.res.json();
    if (!isRecord(problem)) return;
    const headers = new Headers(c.res.headers);
    headers.set('x-amzn-ErrorType', permissionDenied.errorType);
    c.res = new Response(JSON.stringify({ ...problem, errors: [permissionDenied] }), { status: c.res.status, headers });
  };
}
