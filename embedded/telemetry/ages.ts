/** How long something has waited or is overdue, seconds; 0 only where nothing is. */
export type AgeOf = (series: string, since: number | null, now: number) => number;

/** Told of what waits since a time that is yet to come: the clock was set back, so it is not known for how long. */
const unknownSeconds = 0.001;

/**
 * Ages by the clock, and at least by how long the same thing has been seen here: a clock that is set back makes nothing
 * younger, as long as somebody asks.
 *
 * @param elapsed Milliseconds of a clock that nobody sets.
 */
export function createAges(elapsed: () => number = () => performance.now()): AgeOf {
  const seen = new Map<string, { readonly since: number; readonly at: number; readonly age: number }>();
  return (series, since, now) => {
    if (since === null) {
      seen.delete(series);
      return 0;
    }
    const known = seen.get(series);
    const first = known?.since === since ? known : { since, at: elapsed(), age: Math.max(0, now - since) };
    seen.set(series, first);
    return Math.max(unknownSeconds, (now - since) / 1000, (first.age + elapsed() - first.at) / 1000);
  };
}
