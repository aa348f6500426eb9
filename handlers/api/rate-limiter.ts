/** What a limit counts. Reads and writes have an allowance each, so that neither eats the other's. */
export type RateKind = 'read' | 'write';

/** A token bucket: `burst` requests at once, refilled at `perSecond`. */
export interface RateLimit {
  readonly perSecond: number;
  readonly burst: number;
}

export interface RateVerdict {
  readonly allowed: boolean;
  /** Whole requests left now. */
  readonly remaining: number;
  /** Until the next request is allowed; 0 when it is now. */
  readonly waitMs: number;
  /** Until the whole burst is there again. */
  readonly fullMs: number;
}

export interface RateLimiter {
  readonly limits: Readonly<Record<RateKind, RateLimit>>;
  /** Counts one request of a caller; one that is refused costs nothing. */
  readonly take: (caller: string, kind: RateKind) => RateVerdict;
}

export interface RateLimiterOptions {
  readonly limits: Readonly<Record<RateKind, RateLimit>>;
  /** Epoch milliseconds. */
  readonly clock: () => number;
  /**
   * Callers remembered, those who asked last; about 150 bytes each. A forgotten one has a whole burst again.
   * @default 10000
   */
  readonly capacity?: number;
}

/**
 * Bounds how often each caller asks (S26). A bucket is one number, the moment at which it is full again (the generic
 * cell rate algorithm, ITU-T I.371), so that nothing has to be refilled.
 */
export function createRateLimiter({ limits, clock, capacity = 10_000 }: RateLimiterOptions): RateLimiter {
  // Counted from here, because at epoch milliseconds a double's fractions are coarse.
  const origin = clock();
  const buckets: Readonly<Record<RateKind, Map<string, number>>> = { read: new Map(), write: new Map() };
  return {
    limits,
    take(caller, kind) {
      const { perSecond, burst } = limits[kind];
      const now = clock() - origin;
      const costMs = 1_000 / perSecond;
      const depthMs = burst * costMs;
      const fullAt = buckets[kind];
      const known = fullAt.get(caller) ?? now;
      // Sums of fractions may end a hair above the depth. More than that only a clock that was set back can bring.
      const hair = costMs * 1e-6;
      const before = known > now + depthMs + hair ? now : Math.max(known, now);
      const after = before + costMs;
      const allowed = after - now <= depthMs + hair;
      const fullMs = (allowed ? after : before) - now;
      if (allowed) remember(fullAt, caller, after, capacity);
      return {
        allowed,
        remaining: Math.max(0, Math.floor((depthMs - fullMs) / costMs + 1e-6)),
        waitMs: Math.max(0, fullMs + costMs - depthMs),
        fullMs,
      };
    },
  };
}

/** Makes it the newest; the one that asked longest ago is forgotten first. */
function remember(fullAt: Map<string, number>, caller: string, value: number, capacity: number): void {
  fullAt.delete(caller);
  fullAt.set(caller, value);
  if (fullAt.size <= capacity) return;
  for (const oldest of fullAt.keys()) {
    fullAt.delete(oldest);
    return;
  }
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
