/** A token bucket: `burst` requests at once, refilled at `perSecond`. */
export interface RateLimit {
  readonly perSecond: number;
  readonly burst: number;
}

/** What a bucket says of one request, before anything is counted. */
export interface Look {
  readonly allowed: boolean;
  /** Whole requests left, with this one counted if it is allowed. */
  readonly remaining: number;
  /** Until a request like this is allowed, if it was refused; else until the next one of cost 1 is. 0 when it is now. */
  readonly waitMs: number;
  /** Until the whole burst is there again. */
  readonly fullMs: number;
  /** When the bucket is full again, with this request counted. */
  readonly after: number;
}

export interface Buckets {
  readonly limit: RateLimit;
  /** @param now Milliseconds from any beginning; fractions count, so from a near one. */
  readonly look: (name: string, now: number, cost: number) => Look;
  /** Counts what was looked at. */
  readonly count: (name: string, look: Look) => void;
  /** Takes back a request of cost 1 that was counted. */
  readonly giveBack: (name: string) => void;
}

/**
 * A bucket is one number, the moment at which it is full again (the generic cell rate algorithm, ITU-T I.371), so that
 * nothing has to be refilled.
 *
 * @param capacity Buckets remembered, those used last; a forgotten one is full again.
 */
export function createBuckets(limit: RateLimit, capacity: number): Buckets {
  const { perSecond, burst } = limit;
  const oneMs = 1_000 / perSecond;
  const depthMs = burst * oneMs;
  // Sums of fractions may end a hair above the depth. More than that only a clock that was set back can bring.
  const hair = oneMs * 1e-6;
  const fullAt = new Map<string, number>();
  return {
    limit,
    look(name, now, cost) {
      // What costs more than a whole burst could never be had.
      const costMs = Math.min(cost, burst) * oneMs;
      const known = fullAt.get(name) ?? now;
      const before = known > now + depthMs + hair ? now : Math.max(known, now);
      const after = before + costMs;
      const allowed = after - now <= depthMs + hair;
      const fullMs = (allowed ? after : before) - now;
      return {
        allowed,
        remaining: Math.max(0, Math.floor((depthMs - fullMs) / oneMs + 1e-6)),
        waitMs: Math.max(0, fullMs + (allowed ? oneMs : costMs) - depthMs),
        fullMs,
        after,
      };
    },
    giveBack(name) {
      const known = fullAt.get(name);
      if (known !== undefined) fullAt.set(name, known - oneMs);
    },
    count(name, { after }) {
      // Makes it the newest; the one used longest ago is forgotten first.
      fullAt.delete(name);
      fullAt.set(name, after);
      if (fullAt.size <= capacity) return;
      const { value: oldest } = fullAt.keys().next();
      if (oldest !== undefined) fullAt.delete(oldest);
    },
  };
}
