import type { Caller } from '../../core/access.ts';
import type { UpdatesPage, UpdatesSnapshot } from '../../core/contract.ts';
import type { Position } from '../../core/cursor.ts';
import type { Log, LogKey } from '../../core/ports.ts';
import { loadVisible, type VisibleHead } from './visible.ts';

/** Updates of a page unless the caller says otherwise, and at most (S20). */
export const defaultPageSize = 100;
export const maxPageSize = 1_000;
/** JSON of a page in bytes (S20). */
export const maxPageBytes = 1_048_576;

export interface ReadRequest {
  readonly caller: Caller;
  readonly key: LogKey;
  /** null: from the first. */
  readonly after: Position | null;
  readonly limit: number;
  readonly maxBytes: number;
  /** Epoch milliseconds. */
  readonly now: number;
}

export interface ReadAnswer {
  readonly head: VisibleHead;
  /** An empty page has no `next` of its own: it is the cursor that was asked for. */
  readonly answer: UpdatesPage | UpdatesSnapshot;
}

/**
 * What follows a position, for whichever channel pulls (S20): a page, or the last update whole where the log cannot be
 * continued from there. null when the caller may not see the execution.
 */
export async function readUpdates(log: Pick<Log, 'load' | 'read'>, request: ReadRequest): Promise<ReadAnswer | null> {
  const { key, limit, maxBytes } = request;
  const head = await loadVisible(log, request.caller, key, request.now);
  if (!head) return null;
  const snapshot: UpdatesSnapshot = { snapshot: head.last, next: head.last.cursor, more: false };
  const after = request.after ?? { epoch: head.epoch, seq: 0 };
  if (after.epoch !== head.epoch || after.seq > head.seq) return { head, answer: snapshot };
  if (after.seq === head.seq) return { head, answer: { updates: [], next: null, more: false } };
  const page = await log.read(key, after, limit, maxBytes);
  const end = page.type === 'page' ? page.updates.at(-1) : undefined;
  // An empty page below the head would be a silent hole: the log was trimmed or rebuilt between the two reads.
  if (page.type === 'trimmed' || !end) return { head, answer: snapshot };
  return { head, answer: { updates: page.updates, next: end.cursor, more: page.more } };
}
