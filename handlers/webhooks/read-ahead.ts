import type { Update } from '../../core/contract.ts';
import type { Position } from '../../core/cursor.ts';
import type { Head } from '../../core/head.ts';
import { isGone } from '../../core/place.ts';
import type { Log, LogKey } from '../../core/ports.ts';

/** What follows a delivery's position. */
export type Ahead =
  | {
      readonly type: 'updates';
      /** Ascending, of one epoch; not empty. */
      readonly updates: readonly Update[];
      /** History before the first of them was trimmed (S32). */
      readonly skipped: boolean;
    }
  | { readonly type: 'nothing' };

/** Page size in updates and in bytes of JSON (as S20). */
const pageUpdates = 100;
const pageBytes = 1_048_576;

/** The head, unless the tenant may not see its log. */
async function loadReadable(log: Log, key: LogKey, tenant: string, now: number): Promise<Head | null> {
  const [head] = await log.load([key]);
  // A later run under the same name may belong to somebody else (S2).
  if (!head || head.tenant !== tenant) return null;
  // Forgotten or expired means gone at once, whether or not the storage has removed it (S4).
  return isGone(head, now) ? null : head;
}

/**
 * The updates that follow `after`, as far as the tenant may see them. A position in another epoch continues at the
 * beginning of the present one; where the log no longer reaches back far enough, its last update stands for the rest.
 */
export async function readAhead(log: Log, key: LogKey, after: Position, tenant: string, now: number): Promise<Ahead> {
  for (;;) {
    const head = await loadReadable(log, key, tenant, now);
    if (head === null) return { type: 'nothing' };
    const from = after.epoch === head.epoch ? after : { epoch: head.epoch, seq: 0 };
    const page = await log.read(key, from, pageUpdates, pageBytes);
    if (page.type === 'page') {
      const { updates } = page;
      return updates.length > 0 ? { type: 'updates', updates, skipped: false } : { type: 'nothing' };
    }
    const present = await loadReadable(log, key, tenant, now);
    if (present?.epoch !== head.epoch) continue; // A new log began between the two reads: nothing was trimmed.
    const { last } = present;
    if (last === null || last.seq <= from.seq) return { type: 'nothing' };
    return { type: 'updates', updates: [last], skipped: true };
  }
}
