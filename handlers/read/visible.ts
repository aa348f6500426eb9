import { type Caller, maySee } from '../../core/access.ts';
import type { Update } from '../../core/contract.ts';
import type { Head } from '../../core/head.ts';
import { isName } from '../../core/names.ts';
import { isGone } from '../../core/place.ts';
import type { Log, LogKey } from '../../core/ports.ts';

/** A head that has something to show. */
export interface VisibleHead extends Head {
  readonly tenant: string;
  readonly last: Update;
}

/** Whether a head shows anything at all: it has an owner and an update, and is neither expired nor forgotten (S4, S13). */
const isShown = (head: Head, now: number): head is VisibleHead =>
  head.last !== null && head.seq >= 1 && head.tenant !== null && !isGone(head, now);

/**
 * The head, if it exists for this caller: it shows something, to whom the caller belongs, and the caller may read it.
 * Everything else is null, so that all of it is answered alike (S26).
 */
export const visibleTo = (caller: Caller, head: Head | null, now: number): VisibleHead | null =>
  head && isShown(head, now) && maySee(caller, head) ? head : null;

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
  const head = await loadHead(log, key);
  return head && isShown(head, now) ? head : null;
}

async function loadHead(log: Pick<Log, 'load'>, key: LogKey): Promise<Head | null> {
  // What is no name cannot exist, and a store need not be asked for it.
  if (!isName(key.workflow) || !isName(key.id)) return null;
  const [head] = await log.load([key]);
  return head ?? null;
}
