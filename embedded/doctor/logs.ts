import type { DatabaseSync } from 'node:sqlite';
import type { Update } from '../../core/contract.ts';
import { encodeCursor } from '../../core/cursor.ts';
import type { Head } from '../../core/head.ts';
import { toRow } from '../store/head-rows.ts';
import { counted, differences, type Finding, parsed } from './finding.ts';

interface UpdateRow {
  readonly workflow: string;
  readonly id: string;
  readonly epoch: string;
  readonly seq: number;
  readonly json: string;
}

/** Every head against its columns, its last update and its log; one pass over the heads, one over each log. */
export function* examineLogs(db: DatabaseSync): Generator<Finding> {
  const ofLog = db.prepare('SELECT * FROM updates WHERE workflow = ? AND id = ? AND epoch = ? ORDER BY seq');
  for (const row of db.prepare('SELECT * FROM heads ORDER BY workflow, id').iterate()) {
    const key = { workflow: String(row.workflow), id: String(row.id) };
    const finding =
      (check: 'head' | 'log') =>
      (problem: string): Finding => ({ check, key, problem });
    const head = parsed(row.json) as Head | undefined;
    if (head === undefined) {
      yield finding('head')('the JSON cannot be read');
      continue;
    }
    const { workflow, id, expiresAt } = head;
    const expected = { workflow, id, ...toRow(head), expires_at: expiresAt };
    yield* differences(row, expected).map(finding('head'));
    yield* headProblems(head).map(finding('head'));
    if (head.goneUntil !== null) continue;
    const updates = ofLog.iterate(key.workflow, key.id, head.epoch) as unknown as Iterable<UpdateRow>;
    for (const problem of logProblems(head, updates)) yield finding('log')(problem);
  }
}

function headProblems({ last, seq, epoch, tenant, goneUntil }: Head): readonly string[] {
  if (goneUntil !== null) return last === null ? [] : ['it is forgotten, but still has its last update'];
  if (last === null) return seq === 0 ? [] : [`seq is ${seq}, but there is no last update`];
  return differences({ epoch: last.epoch, seq: last.seq, tenant: last.tenant }, { epoch, seq, tenant }).map(
    (difference) => difference.replace('column', 'the last update:').replace('its JSON', 'the head'),
  );
}

/** From the first update kept on, without a gap, up to the head, which has the last one whole. */
function* logProblems(head: Head, rows: Iterable<UpdateRow>): Generator<string> {
  let seq: number | null = null;
  let newest: string | null = null;
  for (const row of rows) {
    if (seq !== null && row.seq !== seq + 1) yield `after seq ${seq} comes ${row.seq}`;
    ({ seq, json: newest } = row);
    const update = parsed(row.json) as Update | undefined;
    if (update === undefined) {
      yield `seq ${seq}: the JSON cannot be read`;
      continue;
    }
    const { workflow, id, epoch } = update;
    for (const difference of differences({ ...row }, { workflow, id, epoch, seq: update.seq })) {
      yield `seq ${seq}: ${difference}`;
    }
    if (update.tenant !== head.tenant) yield `seq ${seq}: tenant ${update.tenant}, but the head has ${head.tenant}`;
    if (update.cursor !== encodeCursor(update)) yield `seq ${seq}: the cursor is of another place`;
  }
  if ((seq ?? 0) !== head.seq) yield `the log ends at seq ${seq ?? 0}, the head stands at ${head.seq}`;
  else if (newest !== null && newest !== JSON.stringify(head.last))
    yield 'the head has another last update than the log';
}

/** Updates that belong to no head, and that no plan removes. */
export function* examineStrays(db: DatabaseSync): Generator<Finding> {
  const strays = db.prepare(`
    SELECT u.workflow, u.id, u.epoch, count(*) AS count FROM updates u
    LEFT JOIN heads h ON h.workflow = u.workflow AND h.id = u.id
    WHERE (h.epoch IS NULL OR h.epoch <> u.epoch OR (h.listed = 0 AND h.seq > 0)) AND NOT EXISTS (
      SELECT 1 FROM superseded s WHERE s.workflow = u.workflow AND s.id = u.id AND s.epoch <> u.epoch AND s.n >= u.n)
    GROUP BY u.workflow, u.id, u.epoch`);
  for (const { workflow, id, epoch, count } of strays.iterate()) {
    const key = { workflow: String(workflow), id: String(id) };
    yield { check: 'log', key, problem: `no log has ${counted(Number(count), 'update')} of epoch ${epoch}` };
  }
}
