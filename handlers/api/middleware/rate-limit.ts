import type { Context, MiddlewareHandler } from 'hono';
import type { Caller } from '../../../core/access.ts';
import { problem } from '../../../core/problems.ts';
import { accountOf } from '../../admission/account.ts';
import { refuse } from '../problem-answer.ts';
import type { RateKind, RateLimit, RateLimiter, RateVerdict } from '../rate-limiter.ts';
import type { ApiEnv } from '../types.ts';

/** Leaves the limiter for `limitRate`, which counts once it is known who asks. */
export function rateLimiting(rateLimiter: RateLimiter | undefined): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    c.set('rateLimiter', rateLimiter);
    await next();
  };
}

/** Every route asks by GET what it reads, but GraphQL by POST, and that writes nothing. */
const kindOf = (c: Context<ApiEnv>): RateKind =>
  c.req.method === 'GET' || c.req.method === 'HEAD' || c.req.path.endsWith('/graphql') ? 'read' : 'write';

/**
 * Counts the request, prepares the headers that tell what is left, and refuses with 429 when nothing is (S26).
 *
 * @param cost What it counts as, in plain requests. @default 1
 */
export function limitRate(c: Context<ApiEnv>, caller: Caller, cost = 1): void {
  const limiter = c.get('rateLimiter');
  if (!limiter) return;
  const kind = kindOf(c);
  const verdict = limiter.take(accountOf(caller), kind, cost);
  for (const [name, value] of Object.entries(rateHeaders(kind, limiter.limits[kind], verdict))) c.header(name, value);
  if (verdict.exceeded === null) return;
  const { of, limit } = verdict.exceeded;
  const whose = of === 'pool' ? 'All tokens made by one key, together: ' : '';
  throw refuse(
    problem('too-many-requests', `${whose}${limit.perSecond} ${kind}s per second, ${limit.burst} at once.`),
    {
      'Retry-After': String(seconds(verdict.waitMs)),
    },
  );
}

/**
 * draft-ietf-httpapi-ratelimit-headers-10: `q` requests in `w` seconds is the burst and the time it takes to come back;
 * `r` are left of the caller's and its pool's, whichever are fewer, and in `t` seconds there is more: one after a refusal, as `Retry-After` says, else all.
 */
export function rateHeaders(kind: RateKind, limit: RateLimit, { allowed, remaining, waitMs, fullMs }: RateVerdict) {
  const { perSecond, burst } = limit;
  return {
    'RateLimit-Policy': `"${kind}";q=${burst};w=${seconds((burst / perSecond) * 1_000)}`,
    RateLimit: `"${kind}";r=${remaining};t=${seconds(allowed ? fullMs : waitMs)}`,
  };
}

/** Whole seconds, at least one: what is refused must not be told to come back in the same moment. */
const seconds = (ms: number): number => Math.max(1, Math.ceil(ms / 1_000 - 1e-6));
