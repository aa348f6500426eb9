import type { ProjectedFact } from './facts.ts';
import type { Head, Run } from './head.ts';
import { beforeStartMs, markerMs, sameRunWithinMs } from './limits.ts';

/** How a fact stands to the run that a head is about (S2, S3, S5). */
export type Place =
  | 'same'
  /** Of a later run: opens a log of its own. */
  | 'newer'
  /** Of an earlier run: counted and dropped. */
  | 'older'
  /** Cannot be told before StartExecution has answered. */
  | 'unanswered';

export const isExpress = (fact: ProjectedFact): boolean => fact.executionArn?.includes(':express:') ?? false;

/** A head whose log is gone stays as a marker of the run for a while (S4). */
export function isGone(head: Head, now: number): boolean {
  return head.goneUntil !== null || (head.expiresAt !== null && head.expiresAt <= now);
}

/** Is the marker itself past its time, so that nothing of the run is remembered any more? */
export function isForgottenForGood(head: Head, now: number): boolean {
  if (head.goneUntil !== null) return head.goneUntil <= now;
  return head.expiresAt !== null && head.expiresAt + markerMs <= now;
}

export function place(head: Head, fact: ProjectedFact): Place {
  const { run } = head;
  if (fact.type === 'intake') return run ? 'older' : 'same';
  if (!run) {
    if (fact.type === 'status' && fact.binds) return 'same';
    return head.book.intake?.failure ? 'newer' : 'unanswered';
  }
  if (run.express || isExpress(fact)) return placeExpress(head, run, fact);
  if (fact.startDate === null) {
    return run.startDate !== null && fact.at < run.startDate - beforeStartMs ? 'older' : 'same';
  }
  if (run.startDate === null) return run.firstAt < fact.startDate - beforeStartMs ? 'newer' : 'same';
  const later = fact.startDate - run.startDate;
  if (Math.abs(later) < sameRunWithinMs) return 'same';
  return later > 0 ? 'newer' : 'older';
}

/** Express names repeat and their facts carry no startDate: the ARN is the run, its first fact's time its age. */
function placeExpress(head: Head, run: Run, fact: ProjectedFact): Place {
  if (fact.executionArn === run.executionArn) return 'same';
  if (fact.executionArn !== null && head.formerRuns.includes(fact.executionArn)) return 'older';
  return fact.at > run.firstAt ? 'newer' : 'older';
}
