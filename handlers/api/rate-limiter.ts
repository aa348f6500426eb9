import { type Account, defaultCallersPerPool } from '../admission/account.ts';
import { type Buckets, createBuckets, type RateLimit } from './token-buckets.ts';

/** What a limit counts. Reads and writes have an allowance each, so that neither eats the other's. */
export type RateKind = 'read' | 'write';

export type { RateLimit } from './token-buckets.ts';

export interface RateVerdict {
  readonly allowed: boolean;
  /** Whole requests left now, of the caller's or its pool's, whichever are fewer. */
  readonly remaining: number;
  /** Until a request like this is allowed, if it was refused; else until the next one of cost 1 is. 0 when it is now. */
  readonly waitMs: number;
  /** Until the whole burst is there again. */
  readonly fullMs: number;
  /** The allowance that refuses it; null: none does. */
  readonly exceeded: { readonly of: 'caller' | 'pool'; readonly limit: RateLimit } | null;
}

export interface RateLimiter {
  /** Of each caller. */
  readonly limits: Readonly<Record<RateKind, RateLimit>>;
  /**
   * Counts one operation against the caller and its pool; one that is refused costs nothing in either.
   *
   * @param cost What it counts as, in plain requests; never more than a whole burst. @default 1
   */
  readonly take: (account: Pick<Account, 'caller' | 'pool'>, kind: RateKind, cost?: number) => RateVerdict;
  /** Takes back one operation of cost 1 that was counted: it proved to be somebody else's. */
  readonly giveBack: (account: Pick<Account, 'caller' | 'pool'>, kind: RateKind) => void;
}

export interface RateLimiterOptions {
  readonly limits: Readonly<Record<RateKind, RateLimit>>;
  /** Epoch milliseconds. */
  readonly clock: () => number;
  /** How many callers' allowances one pool has. @default 20 */
  readonly callersPerPool?: number;
  /**
   * Callers remembered, those who asked last, and as many pools; about 150 bytes each. A forgotten one has a whole burst
   * again.
   * @default 10000
   */
  readonly capacity?: number;
}

/** Bounds how often each caller asks, and callers that share a pool together (S26, G8). */
export function createRateLimiter(options: RateLimiterOptions): RateLimiter {
  const { limits, clock, callersPerPool = defaultCallersPerPool, capacity = 10_000 } = options;
  // Counted from here, because at epoch milliseconds a double's fractions are coarse.
  const origin = clock();
  const pooled = ({ perSecond, burst }: RateLimit): RateLimit => ({
    perSecond: perSecond * callersPerPool,
    burst: burst * callersPerPool,
  });
  const bucketsOf = (limit: RateLimit): { readonly callers: Buckets; readonly pools: Buckets } => ({
    callers: createBuckets(limit, capacity),
    pools: createBuckets(pooled(limit), capacity),
  });
  const byKind = { read: bucketsOf(limits.read), write: bucketsOf(limits.write) };
  return {
    limits,
    giveBack({ caller, pool }, kind) {
      byKind[kind].callers.giveBack(caller);
      if (pool !== null) byKind[kind].pools.giveBack(pool);
    },
    take({ caller, pool }, kind, cost = 1) {
      const { callers, pools } = byKind[kind];
      const now = clock() - origin;
      const own = callers.look(caller, now, cost);
      if (pool === null) {
        if (own.allowed) callers.count(caller, own);
        return { ...own, exceeded: own.allowed ? null : { of: 'caller', limit: callers.limit } };
      }
      const shared = pools.look(pool, now, cost);
      const allowed = own.allowed && shared.allowed;
      if (allowed) {
        callers.count(caller, own);
        pools.count(pool, shared);
      }
      const whose = own.allowed ? 'pool' : 'caller';
      return {
        allowed,
        remaining: Math.min(own.remaining, shared.remaining),
        waitMs: Math.max(own.waitMs, shared.waitMs),
        fullMs: Math.max(own.fullMs, shared.fullMs),
        exceeded: allowed ? null : { of: whose, limit: (whose === 'pool' ? pools : callers).limit },
      };
    },
  };
}

/**
 * Generous: it stops a client that runs wild, which one key of a busy backend never does.
 *
 * @param perSecond Requests per second and kind; twice as many at once.
 */
export function rateLimits(perSecond = 1_000): RateLimiterOptions['limits'] {
  const limit = { perSecond, burst: Math.ceil(perSecond * 2) };
  return { read: limit, write: limit };
}
