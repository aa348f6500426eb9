import { setPriority } from 'node:os';
import { DatabaseSync } from 'node:sqlite';

/** The process of `startQuickCheck`: prints what SQLite finds wrong with the file, one finding a line. */
const [, , file = ''] = process.argv;
setPriority(19);
const db = new DatabaseSync(file, { readOnly: true });
for (const { quick_check: line } of db.prepare('PRAGMA quick_check(10)').iterate()) {
  if (line !== 'ok') process.stdout.write(`${line}\n`);
}
db.close();
