import type { DatabaseSync } from 'node:sqlite';
import type { DeadLetter, DeadLetters } from '../../core/ports.ts';
import { decodePageCursor, encodePageCursor } from './page-cursor.ts';
import type { Writer } from './writer.ts';

export function createDeadLetters(db: DatabaseSync, writer: Writer): DeadLetters {
  // The same letter again is the same letter: whoever was not answered adds it once more.
  const insert = db.prepare('INSERT INTO dead_letters (id, json) VALUES (?, ?) ON CONFLICT DO NOTHING');
  const select = db.prepare('SELECT json FROM dead_letters WHERE id = ?');
  const selectBefore = db.prepare('SELECT json FROM dead_letters WHERE id < ? ORDER BY id DESC LIMIT ?');
  const remove = db.prepare('DELETE FROM dead_letters WHERE id = ?');
  return {
    async add(letters) {
      if (letters.length === 0) return;
      await writer.write(() => {
        for (const letter of letters) insert.run(letter.id, JSON.stringify(letter));
      });
    },
    async list(cursor, limit) {
      const [before] = decodePageCursor(cursor, ['~'] as const);
      const rows = selectBefore.all(before, limit + 1) as { json: string }[];
      const letters = rows.slice(0, limit).map(({ json }) => JSON.parse(json) as DeadLetter);
      const end = rows.length > limit ? letters.at(-1) : undefined;
      return { letters, next: end ? encodePageCursor([end.id]) : null };
    },
    async get(id) {
      const row = select.get(id) as { json: string } | undefined;
      return row ? JSON.parse(row.json) : null;
    },
    async remove(id) {
      await writer.write(() => remove.run(id));
    },
  };
}
