import type { MiddlewareHandler } from 'hono';
import { cors } from 'hono/cors';
import type { ApiEnv } from '../types.ts';

const exposed = [
  'ETag',
  'Retry-After',
  'Location',
  'RateLimit',
  'RateLimit-Policy',
  'Preference-Applied',
  'X-Request-Id',
  'X-Amzn-ErrorType',
] as const;

/** What AppSync's clients send with a query besides. */
const appsyncHeaders = ['X-Api-Key', 'X-Amz-User-Agent', 'X-Amz-Date'] as const;

/**
 * CORS for the origins named (S23). Credentials stay off: callers send a header of their own, never cookies. A preflight
 * may be kept for 10 minutes.
 */
export function crossOrigin(origins: readonly string[]): MiddlewareHandler<ApiEnv> {
  return cors({
    origin: origins.includes('*') ? '*' : [...origins],
    allowMethods: ['GET', 'HEAD', 'POST', 'DELETE'],
    allowHeaders: [
      'Authorization',
      'Content-Type',
      'Idempotency-Key',
      'If-None-Match',
      'Prefer',
      'X-Request-Id',
      ...appsyncHeaders,
    ],
    exposeHeaders: [...exposed],
    maxAge: 600,
  });
}

/** The headers that `crossOrigin` puts on an answer, for one that does not go through it. */
export function crossOriginHeaders(
  origins: readonly string[],
  origin: string | undefined,
): Readonly<Record<string, string>> {
  const all = origins.includes('*');
  const allowed = all ? '*' : origin !== undefined && origins.includes(origin) ? origin : null;
  return {
    ...(allowed === null ? {} : { 'Access-Control-Allow-Origin': allowed }),
    'Access-Control-Expose-Headers': exposed.join(','),
    ...(all ? {} : { Vary: 'Origin' }),
  };
}
