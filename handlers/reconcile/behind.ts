import type { Head } from '../../core/head.ts';
import { openAfterEndMs, sameRunWithinMs } from '../../core/limits.ts';
import { isForgottenForGood, isGone } from '../../core/place.ts';
import type { ListedExecution } from './listed.ts';

/** Its events may still be on their way for so long; nothing has to be repaired before. */
export const graceMs = 60_000;

/**
 * Does the log know less than the list? What is not about a later run or attempt, or its end, is not asked about: what
 * was forgotten, or has expired, stays gone (S4), and a name that the intake holds is answered by its start (S5).
 *
 * @param since epoch milliseconds of the deployment: what ended before is none of ours
 */
export function isBehind(head: Head | null, listed: ListedExecution, since: number, now: number): boolean {
  const { startDate, stopDate, redriveCount } = listed;
  const changedAt = stopDate ?? startDate;
  if (changedAt > now - graceMs) return false;
  if (!head || isForgottenForGood(head, now)) return stopDate === null || stopDate >= oldest(since, now);
  const { run, book } = head;
  if (!run) return book.intake?.failure != null;
  if (run.express) return false;
  const later = run.startDate === null ? 0 : startDate - run.startDate;
  if (Math.abs(later) >= sameRunWithinMs) return later > 0;
  if (isGone(head, now)) return false;
  const known = book.attempt ?? -1;
  return redriveCount > known || (redriveCount === known && stopDate !== null && book.end === null);
}

const oldest = (since: number, now: number): number => Math.max(since, now - openAfterEndMs);
