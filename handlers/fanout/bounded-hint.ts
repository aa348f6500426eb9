import type { Update } from '../../core/contract.ts';

/** Tells live subscribers; what it cannot tell they find in the log. Should never reject, and end soon after `signal`. */
export type PublishHint = (updates: readonly Update[], signal: AbortSignal) => Promise<void>;

export interface BoundedHintOptions {
  readonly publish: PublishHint;
  /** The longest that anybody waits for one call; as long again the channel then rests. Milliseconds. @default 3_000 */
  readonly boundMs?: number;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Told of updates that this channel was not asked to publish. */
  readonly onSkipped: (count: number) => void;
  /** Told of a rejection. */
  readonly onError: (error: unknown) => void;
}

/**
 * Keeps a slow or dead channel from holding up the others (G8): after the bound nobody waits for it, and for as long
 * again, and while a call that outlived its bound still runs, it is passed over. So it takes half of the time at most,
 * and a late call never overtakes: what a channel gets of one execution ascends.
 */
export function createBoundedHint(options: BoundedHintOptions): (updates: readonly Update[]) => Promise<void> {
  const { publish, boundMs = 3_000, now, onSkipped, onError } = options;
  let underWay = false;
  let restsUntil = Number.NEGATIVE_INFINITY;

  return async (updates) => {
    const rest = restsUntil - now();
    // Longer than it ever rests: the clock was set back.
    if (underWay || (rest > 0 && rest <= boundMs)) return onSkipped(updates.length);
    underWay = true;
    const bound = new AbortController();
    const ended = publish(updates, bound.signal)
      .catch(onError)
      .then(() => {
        underWay = false;
      });
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => {
        restsUntil = now() + boundMs;
        bound.abort();
        resolve();
      }, boundMs);
      void ended.then(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  };
}
