import type { DatabaseSync } from 'node:sqlite';
import type { Position } from '../../core/cursor.ts';
import type { Change, Log, LogKey } from '../../core/ports.ts';
import { isPrecededBy, predecessor } from '../../core/predecessor.ts';
import type { HeadRows } from './head-rows.ts';
import type { IntakeRows } from './intakes.ts';
import type { Outbox } from './outbox.ts';
import type { GroupWriter } from './writer.ts';

/**
 * `Log.commit`. Each change is a work of its own, so that changes are atomic one by one and share the fsync. All checks
 * come before the first write: a conflict has nothing to undo.
 */
export function createCommit(
  db: DatabaseSync,
  writer: GroupWriter,
  outbox: Outbox,
  intakes: IntakeRows,
  heads: HeadRows,
  forgetRows: (key: LogKey) => void,
): Log['commit'] {
  const insert = db.prepare('INSERT INTO updates (n, workflow, id, epoch, seq, json) VALUES (?, ?, ?, ?, ?, ?)');

  function apply(change: Change, at: Position): 'ok' | 'conflict' {
    const { key, expectedVersion, head, updates, intake, idempotency } = change;
    const before = heads.get(key);
    if ((before?.version ?? 0) !== expectedVersion) return 'conflict';
    if (idempotency && intakes.holds(idempotency)) return 'conflict';
    if (!isPrecededBy(at, before)) {
      throw new RangeError(`${key.workflow}/${key.id}: the change does not follow what is stored.`);
    }
    heads.put(head, before);
    if (intake) {
      if ('put' in intake) intakes.put(intake.put);
      else intakes.remove(key);
    }
    if (idempotency) intakes.putIdempotent(idempotency);
    const numbers = updates.map((update) => {
      const n = outbox.nextNumber();
      insert.run(n, key.workflow, key.id, update.epoch, update.seq, JSON.stringify(update));
      return n;
    });
    if (numbers[0] !== undefined) outbox.added(numbers[0], updates);
    if (head.goneUntil !== null) {
      outbox.supersede(key, '');
      forgetRows(key);
    } else if (head.epoch !== (before?.epoch ?? updates[0]?.epoch ?? head.epoch)) outbox.supersede(key, head.epoch);
    return 'ok';
  }

  return async (changes) => {
    const places = changes.map((change) => ({ change, at: predecessor(change) }));
    return Promise.all(places.map(({ change, at }) => writer.write(() => apply(change, at))));
  };
}
