import type { Marks } from './marks.ts';

const mark = 'since';

/**
 * When the deployment began, epoch milliseconds: what ended before and was never seen is none of ours. The one given, or
 * the time of the first run, which is remembered: a new deployment must not tell of two weeks that are past.
 */
export async function sinceOf(marks: Marks, given: number | null, now: () => number): Promise<number> {
  if (given !== null) return given;
  const known = Number(await marks.get(mark));
  if (known > 0) return known;
  const first = now();
  await marks.put(mark, String(first));
  return first;
}
