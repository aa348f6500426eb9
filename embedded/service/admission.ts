import { defaultCallersPerPool } from '../../handlers/admission/account.ts';
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
  options: Pick<ServiceOptions, 'rateLimit' | 'waiters' | 'callersPerPool'>,
  now: () => number,
): Admission {
  const { rateLimit, waiters, callersPerPool = defaultCallersPerPool } = options;
  const limits = rateLimits(rateLimit);
  return {
    waiters: createWaiters({ callersPerPool, ...waiters }),
    ...(rateLimit !== 0 && { rateLimiter: createRateLimiter({ limits, callersPerPool, clock: now }) }),
  };
}
