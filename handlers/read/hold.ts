import type { Released, Waiters, WaitRequest } from './waiters.ts';

/** What became of the wish to be held. `changed`: news came meanwhile. `news`: it was there, so nothing was held. */
export type HoldEnd = 'changed' | 'news' | 'full' | Exclude<Released, 'woken'>;

export interface Held<T> {
  /** What was seen last. */
  readonly seen: T;
  readonly end: HoldEnd;
}

/**
 * Holds a request while what it would be told is what its caller knows (S19). It takes its place first and looks again
 * then, so that what is committed between the two looks wakes it: no wake-up is lost.
 *
 * @param first What was seen before the place was taken.
 * @param isKnown Would the answer tell the caller nothing?
 */
export async function hold<T>(
  waiters: Waiters,
  request: WaitRequest,
  first: T,
  look: () => Promise<T>,
  isKnown: (seen: T) => boolean,
): Promise<Held<T>> {
  if (!isKnown(first)) return { seen: first, end: 'news' };
  const place = waiters.join(request);
  if (typeof place === 'string') return { seen: first, end: place };
  try {
    for (let released: Released | null = null; ; released = await place.next()) {
      if (released === 'gone' || released === 'stopped') return { seen: first, end: released };
      // Also when the time is up: a log that expired or was forgotten wakes nobody.
      const seen = await look();
      if (!isKnown(seen)) return { seen, end: released === null ? 'news' : 'changed' };
      if (released === 'time') return { seen, end: 'time' };
    }
  } finally {
    place.leave();
  }
}
