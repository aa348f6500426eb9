import { createRateLimiter, type RateLimiter, rateLimits } from '../../handlers/api/rate-limiter.ts';
import { createWaiters, type Waiters } from '../../handlers/read/waiters.ts';
import type { ServiceOptions } from './options.ts';

/** Who may ask now, and who may wait for an answer. */
export interface Admission {
  readonly waiters: Waiters;
  /** Absent when it is switched off. */
  readonly rateLimiter?: RateLimiter;
}

export function createAdmission(
  { rateLimit, waiters }: Pick<ServiceOptions, 'rateLimit' | 'waiters'>,
  now: () => number,
): Admission {
  return {
    waiters: createWaiters(waiters),
    ...(rateLimit === 0 ? {} : { rateLimiter: createRateLimiter({ limits: rateLimits(rateLimit), clock: now }) }),
  };
}
