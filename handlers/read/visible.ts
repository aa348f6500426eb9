import { type Caller, mayRead } from '../../core/access.ts';
import type { Update } from '../../core/contract.ts';
import type { Head } from '../../core/head.ts';
import { isGone } from '../../core/place.ts';
import type { Log, LogKey } from '../../core/ports.ts';

/** A head that has something to show. */
export interface VisibleHead extends Head {
  readonly last: Update;
}

/** Step Functions' bound on names; a longer one cannot exist, and a store need not be asked for it. */
const maxNameLength = 80;

/**
 * The head, if it exists for this caller: there is an update, of the caller's tenant, which the caller may read, and the
 * log is neither expired nor forgotten (S4, S13). Everything else is null, so that all of it is answered alike (S26).
 */
export function visibleTo(caller: Caller, head: Head | null, now: number): VisibleHead | null {
  if (!head || head.last === null || head.seq < 1) return null;
  if (head.tenant === null || head.tenant !== caller.tenant) return null;
  if (!mayRead(caller, head.workflow, head.id)) return null;
  if (isGone(head, now)) return null;
  return { ...head, last: head.last };
}

/** Loads and judges in one. */
export async function loadVisible(
  log: Pick<Log, 'load'>,
  caller: Caller,
  key: LogKey,
  now: number,
): Promise<VisibleHead | null> {
  if (key.workflow.length > maxNameLength || key.id.length > maxNameLength) return null;
  const [head] = await log.load([key]);
  return visibleTo(caller, head ?? null, now);
}
