import { emptyBook } from './book.ts';
import type { Head } from './head.ts';
import { markerMs } from './limits.ts';
import { isGone } from './place.ts';

/**
 * The head of a log that is forgotten now (S4): only what tells the run and its later facts from another run under the
 * same name is left, for 90 days. Nothing of what happened is: no update, no output, no owner's data. null when there is
 * nothing to forget, or it is not done yet: what still runs would go on to tell.
 */
export function forget(head: Head | null, now: number): Head | null {
  if (!head?.last?.done || isGone(head, now)) return null;
  const { workflow, id, version, tenant, epoch, seq, run, formerRuns, book } = head;
  // A start that was refused has no run; the run that holds its name in its place may still begin a log (S5).
  const intake = book.intake?.failure
    ? { attempt: book.intake.attempt, failure: { at: book.intake.failure.at, reason: null } }
    : book.intake;
  return {
    workflow,
    id,
    version: version + 1,
    tenant,
    epoch,
    seq,
    last: null,
    run,
    book: { ...emptyBook, intake },
    held: [],
    formerRuns,
    dueAt: null,
    expiresAt: null,
    goneUntil: now + markerMs,
  };
}
