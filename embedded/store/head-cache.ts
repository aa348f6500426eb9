import type { DatabaseSync } from 'node:sqlite';
import type { Head } from '../../core/head.ts';
import { nameOf } from '../../core/name-of.ts';
import type { LogKey } from '../../core/ports.ts';
import type { HeadRows } from './head-rows.ts';
import type { GroupWriter } from './writer.ts';

/** The rows of heads, those in use also in memory. */
export interface CachedHeads extends HeadRows {
  /** What is committed. The same object again as long as nothing is committed, so what is made of it can be kept. */
  load(key: LogKey): Head | null;
  /** Called inside a work that removed the row. */
  removed(key: LogKey): void;
}

/** Characters of JSON in memory: some 2,000 heads, and about four times as many bytes. */
const defaultCapacity = 4_000_000;

interface Entry {
  readonly head: Head;
  readonly size: number;
}

/**
 * Keeps the heads that were read or written last. Every write goes through here and shows in memory in the same turn of
 * the event loop as its COMMIT, before it is acknowledged, so reads stay strongly consistent (S20); one that is undone
 * never shows. The file has one process.
 */
export function cacheHeads(
  db: DatabaseSync,
  rows: HeadRows,
  writer: Pick<GroupWriter, 'afterCommit'>,
  capacity: number = defaultCapacity,
): CachedHeads {
  const select = db.prepare('SELECT json FROM heads WHERE workflow = ? AND id = ?');
  const entries = new Map<string, Entry>();
  let total = 0;

  function drop(name: string): void {
    total -= entries.get(name)?.size ?? 0;
    entries.delete(name);
  }

  function keep(name: string, entry: Entry): void {
    drop(name);
    entries.set(name, entry);
    total += entry.size;
    for (const oldest of entries.keys()) {
      if (total <= capacity) break;
      drop(oldest);
    }
  }

  return {
    get: rows.get,
    put(head, before) {
      const size = rows.put(head, before);
      writer.afterCommit(() => keep(nameOf(head), { head, size }));
      return size;
    },
    removed(key) {
      writer.afterCommit(() => drop(nameOf(key)));
    },
    load(key) {
      const name = nameOf(key);
      const known = entries.get(name);
      if (known) {
        entries.delete(name);
        entries.set(name, known);
        return known.head;
      }
      const row = select.get(key.workflow, key.id) as { json: string } | undefined;
      if (!row) return null;
      const head = JSON.parse(row.json) as Head;
      keep(name, { head, size: row.json.length });
      return head;
    },
  };
}
