import type { DatabaseSync } from 'node:sqlite';
import { forget } from '../../../core/forget.ts';
import type { Head } from '../../../core/head.ts';
import type { LogKey } from '../../../core/ports.ts';
import type { CachedHeads } from '../head-cache.ts';
import type { Outbox } from '../outbox.ts';
import { slice } from '../slice.ts';
import type { GroupWriter } from '../writer.ts';
import type { UpkeepStep } from './upkeep.ts';

/**
 * Turns logs that have expired into markers and removes markers that have had their time (S4). A log's updates follow
 * by the outbox's own purge, in pieces, and never before they were delivered.
 */
export function expireLogs(
  db: DatabaseSync,
  writer: GroupWriter,
  outbox: Pick<Outbox, 'supersede'>,
  heads: CachedHeads,
  forgetRows: (key: LogKey) => void,
): UpkeepStep {
  const select = db.prepare('SELECT json FROM heads WHERE purge_at <= ? ORDER BY purge_at LIMIT ?');
  const removeHead = db.prepare('DELETE FROM heads WHERE workflow = ? AND id = ?');

  function clear(now: number, limit: number): number {
    const rows = select.all(now, limit) as { json: string }[];
    for (const { json } of rows) {
      const head = JSON.parse(json) as Head;
      // As if it had been forgotten when it expired; null for what is a marker already.
      const marker = head.expiresAt === null ? null : forget(head, head.expiresAt - 1);
      if (marker === null) {
        removeHead.run(head.workflow, head.id);
        heads.removed(head);
      } else {
        heads.put(marker, heads.get(head));
        outbox.supersede(head, '');
      }
      forgetRows(head);
    }
    return rows.length;
  }

  return { name: 'expired logs', run: (now) => writer.write(() => slice((limit) => clear(now, limit))) };
}
