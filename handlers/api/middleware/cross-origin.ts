import type { MiddlewareHandler } from 'hono';
import { cors } from 'hono/cors';
import type { ApiEnv } from '../types.ts';

/**
 * CORS for the origins named (S23). Credentials stay off: callers send a header of their own, never cookies. A preflight
 * may be kept for 10 minutes.
 */
export function crossOrigin(origins: readonly string[]): MiddlewareHandler<ApiEnv> {
  return cors({
    origin: origins.includes('*') ? '*' : [...origins],
    allowMethods: ['GET', 'HEAD', 'POST', 'DELETE'],
    allowHeaders: ['Authorization', 'Content-Type', 'Idempotency-Key', 'If-None-Match', 'Prefer', 'X-Request-Id'],
    exposeHeaders: ['ETag', 'Retry-After', 'Location', 'RateLimit', 'RateLimit-Policy', 'X-Request-Id'],
    maxAge: 600,
  });
}
