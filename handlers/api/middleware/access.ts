import type { Context, MiddlewareHandler } from 'hono';
import type { HTTPException } from 'hono/http-exception';
import { hasScope, type Scope } from '../../../core/access.ts';
import { problem } from '../../../core/problems.ts';
import type { Verifier } from '../../authorize/verifier.ts';
import { refuse } from '../problem-answer.ts';
import type { ApiEnv } from '../types.ts';
import { limitRate } from './rate-limit.ts';

/**
 * Lets only callers with the scope through, and leaves the caller for the route: 401 for no or a bad credential, 403
 * without the scope (S24), 429 when it asks too often (S26). Comes before anything looks at the request's content.
 * Challenges as RFC 6750 §3.
 *
 * @param credentialOf Where the credential stands. @default the header `Authorization`
 */
export function requireScope(
  verifier: Verifier,
  scope: Scope,
  credentialOf: (c: Context<ApiEnv>) => string | undefined = (c) => c.req.header('Authorization'),
): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    const credential = credentialOf(c);
    const caller = await verifier.verify(credential);
    if (!caller) throw unauthorized(credential);
    limitRate(c, caller);
    if (!hasScope(caller, scope)) {
      throw refuse(problem('forbidden', `This needs the scope "${scope}".`), {
        'WWW-Authenticate': `Bearer realm="statuswire", error="insufficient_scope", scope="${scope}"`,
      });
    }
    c.set('caller', caller);
    await next();
  };
}

/** The 401 for no or a bad credential. */
export function unauthorized(credential: string | undefined): HTTPException {
  const error = credential === undefined ? '' : ', error="invalid_token"';
  return refuse(problem('unauthorized'), { 'WWW-Authenticate': `Bearer realm="statuswire"${error}` });
}
