import type { Kind, Update } from './contract.ts';
import { encodeCursor } from './cursor.ts';
import { derive, isTerminal, type View } from './derive.ts';
import type { Head } from './head.ts';
import type { WorkflowRules } from './workflow-rules.ts';

/**
 * The update that brings the log up to the book, or null when it would show nothing new (S9: timestamps alone never
 * count).
 */
export function nextUpdate(
  head: Head,
  occurredAt: number,
  now: number,
  nesting: WorkflowRules['nesting'],
): Update | null {
  if (head.tenant === null) return null;
  const view = derive(head.book, head.run, nesting);
  const kind = kindOfChange(head.last, view);
  if (!kind) return null;
  const seq = head.seq + 1;
  const recordedAt = new Date(now).toISOString();
  return {
    tenant: head.tenant,
    workflow: head.workflow,
    id: head.id,
    epoch: head.epoch,
    seq,
    cursor: encodeCursor({ epoch: head.epoch, seq }),
    kind,
    ...view,
    occurredAt: new Date(occurredAt).toISOString(),
    // The machine's clock may be set back; the log's does not go back (S9).
    recordedAt: head.last && head.last.recordedAt > recordedAt ? head.last.recordedAt : recordedAt,
  };
}

const parts = {
  status: ['status', 'output', 'outputOmitted', 'error', 'redriveCount'],
  state: ['state', 'activeStates'],
  progress: ['progress'],
} as const satisfies Record<Kind, readonly (keyof View)[]>;

function kindOfChange(last: Update | null, view: View): Kind | null {
  if (!last) return 'status';
  const differs = (part: keyof View): boolean => JSON.stringify(last[part]) !== JSON.stringify(view[part]);
  if (parts.status.some(differs)) return 'status';
  // What came late of an ended attempt is shown with the next attempt, not behind its end (S7).
  if (isTerminal(last.status) || last.status === 'PENDING_REDRIVE') return null;
  if (parts.state.some(differs)) return 'state';
  return parts.progress.some(differs) ? 'progress' : null;
}
