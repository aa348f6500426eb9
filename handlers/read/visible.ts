import { type Caller, maySee } from '../../core/access.ts';
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

/** The head, if it shows anything at all: it has an owner and an update, and is neither expired nor forgotten (S4, S13). */
function shown(head: Head | null, now: number): VisibleHead | null {
  if (!head || head.last === null || head.seq < 1 || head.tenant === null) return null;
  return isGone(head, now) ? null : { ...head, last: head.last };
}

/**
 * The head, if it exists for this caller: it shows something, to whom the caller belongs, and the caller may read it.
 * Everything else is null, so that all of it is answered alike (S26).
 */
export function visibleTo(caller: Caller, head: Head | null, now: number): VisibleHead | null {
  const there = shown(head, now);
  if (!there || there.tenant === null) return null;
  return maySee(caller, { tenant: there.tenant, workflow: there.workflow, id: there.id }) ? there : null;
}

/** Loads and judges in one. */
export async function loadVisible(
  log: Pick<Log, 'load'>,
  caller: Caller,
  key: LogKey,
  now: number,
): Promise<VisibleHead | null> {
  return visibleTo(caller, await loadHead(log, key), now);
}

/** For the operator's routes, whose scope `admin` is over all tenants and needs no `read` (S24). */
export async function loadShown(log: Pick<Log, 'load'>, key: LogKey, now: number): Promise<VisibleHead | null> {
  return shown(await loadHead(log, key), now);
}

async function loadHead(log: Pick<Log, 'load'>, key: LogKey): Promise<Head | null> {
  if (key.workflow.length > maxNameLength || key.id.length > maxNameLength) return null;
  const [head] = await log.load([key]);
  return head ?? null;
}
