import type { MiddlewareHandler } from 'hono';
import { matchedRoutes } from 'hono/route';
import type { ApiEnv, FinishedRequest } from '../types.ts';

/**
 * Tells of every answer with the pattern of its route, never its path alone: a path has ids, of which there is no end.
 * @param basePath Prefix of all routes, normal form.
 * @param clock Milliseconds that only go forward.
 */
export function observeRequests(
  basePath: string,
  clock: () => number,
  onRequest: (request: FinishedRequest) => void,
): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    const begun = clock();
    await next();
    // Middleware for everything matches with a pattern that ends in a star.
    const pattern = matchedRoutes(c).findLast((route) => !route.path.endsWith('*'))?.path ?? null;
    onRequest({
      requestId: c.get('requestId'),
      method: c.req.method,
      route: pattern?.startsWith(basePath) ? pattern.slice(basePath.length) || '/' : pattern,
      path: c.req.path,
      status: c.res.status,
      durationMs: clock() - begun,
    });
  };
}
