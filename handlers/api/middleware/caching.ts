import type { MiddlewareHandler } from 'hono';
import type { ApiEnv } from '../types.ts';

/** A private cache may keep it, and asks each time whether it still holds. */
export const revalidate = 'private, no-cache';

/**
 * No shared cache may keep an answer: most depend on who asks. A private one may, but has to ask again each time, which
 * the ETag makes cheap. Routes that answer a secret say `no-store` themselves.
 */
export function privateCaching(): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    await next();
    if (!c.res.headers.has('Cache-Control')) c.res.headers.set('Cache-Control', revalidate);
  };
}

/** For answers that carry a key, a token or a secret. */
export const secretHeaders = { 'Cache-Control': 'no-store' } as const;
