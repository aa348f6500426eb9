import type { VisibleHead } from '../read/visible.ts';

/** The older a run, the less is missed by asking later: up to this age, wait so many seconds. */
const paces = [
  { untilMs: 10_000, seconds: 1 },
  { untilMs: 60_000, seconds: 2 },
  { untilMs: 300_000, seconds: 5 },
  { untilMs: 1_800_000, seconds: 10 },
] as const;
const slowestSeconds = 30;

/**
 * When to ask again, in whole seconds as `Retry-After` has it; null once the execution is done. The age counts from the
 * beginning of the current attempt, so a redrive is followed as closely as a start.
 */
export function retryAfterSeconds(head: VisibleHead, now: number): number | null {
  if (head.last.done) return null;
  const age = now - attemptBegan(head);
  return paces.find(({ untilMs }) => age < untilMs)?.seconds ?? slowestSeconds;
}

/**
 * `Retry-After` as a header; none once the execution is done.
 *
 * @param instead Seconds to say instead of the usual pace.
 */
export function retryAfterHeader(
  head: VisibleHead,
  now: number,
  instead: number | null = null,
): Record<string, string> {
  const pace = retryAfterSeconds(head, now);
  const seconds = pace === null ? null : (instead ?? pace);
  return seconds === null ? {} : { 'Retry-After': String(seconds) };
}

function attemptBegan({ book, last }: VisibleHead): number {
  const begun = book.attempt === null ? undefined : book.begun[book.attempt];
  return begun ?? Date.parse(last.startedAt ?? last.recordedAt);
}
