import type { DatabaseSync } from 'node:sqlite';
import type { Head } from '../../core/head.ts';
import { counted, type Finding, parsed } from './finding.ts';

type Row = Readonly<Record<string, unknown>>;
const keyOf = ({ workflow, id }: Row) => ({ workflow: String(workflow), id: String(id) });

/** One mark, a number. One above every update is right: the newest may have been removed. */
export function* examineOutbox(db: DatabaseSync): Generator<Finding> {
  const rows = db.prepare('SELECT mark FROM outbox').all();
  if (rows.length !== 1)
    yield { check: 'outbox', key: null, problem: `${counted(rows.length, 'mark')} instead of one` };
  for (const { mark } of rows) {
    if (Number.isSafeInteger(mark) && Number(mark) >= 0) continue;
    yield { check: 'outbox', key: null, problem: `the mark is ${mark}` };
  }
}

/** Where webhooks stand: in a log that is there, and not ahead of it. */
export function* examineDeliveries(db: DatabaseSync): Generator<Finding> {
  const rows = db.prepare(`
    SELECT d.endpoint_id, d.workflow, d.id, d.epoch, d.seq, d.sent_seq, h.epoch AS head_epoch, h.seq AS head_seq
    FROM deliveries d LEFT JOIN heads h ON h.workflow = d.workflow AND h.id = d.id`);
  for (const row of rows.iterate()) {
    const finding = (problem: string): Finding => ({
      check: 'delivery',
      key: keyOf(row),
      problem: `endpoint ${row.endpoint_id} ${problem}`,
    });
    const { epoch, head_epoch: headEpoch } = row;
    const [seq, sentSeq, headSeq] = [row.seq, row.sent_seq, row.head_seq].map(Number);
    if (headEpoch === null) yield finding('has a cursor, but there is no such execution');
    else if (String(epoch) > String(headEpoch) || (epoch === headEpoch && Number(seq) > Number(headSeq))) {
      yield finding(`stands at ${epoch}.${seq}, the log only at ${headEpoch}.${headSeq}`);
    }
    if (row.sent_seq !== null && Number(sentSeq) > Number(seq))
      yield finding(`got seq ${sentSeq}, but stands at ${seq}`);
  }
}

/** Accepted starts: each has its execution. */
export function* examineIntakes(db: DatabaseSync): Generator<Finding> {
  const rows = db.prepare(`
    SELECT i.workflow, i.id FROM intakes i LEFT JOIN heads h ON h.workflow = i.workflow AND h.id = i.id
    WHERE h.id IS NULL OR h.listed = 0`);
  for (const row of rows.iterate()) {
    yield { check: 'intake', key: keyOf(row), problem: 'a start waits, but there is no such execution' };
  }
}

/** The local runner's executions against their logs, where nothing is on its way from the one to the other. */
export function* examineRuns(db: DatabaseSync): Generator<Finding> {
  const tables = db.prepare(
    "SELECT count(*) AS count FROM sqlite_schema WHERE name IN ('runner_runs', 'runner_journal')",
  );
  if (tables.get()?.count !== 2) return;
  const rows = db.prepare(`
    SELECT r.workflow, r.id, r.status, r.redrive_count, h.json FROM runner_runs r
    LEFT JOIN heads h ON h.workflow = r.workflow AND h.id = r.id
    WHERE r.arn NOT IN (SELECT arn FROM runner_journal)`);
  for (const row of rows.iterate()) {
    const finding = (problem: string): Finding => ({ check: 'run', key: keyOf(row), problem });
    const head = row.json === null ? null : (parsed(row.json) as Head | undefined);
    if (head === undefined || (head && (head.goneUntil !== null || head.held.length > 0))) continue;
    const done = head?.last?.done ?? false;
    const ofThisAttempt = (head?.book.attempt ?? 0) >= Number(row.redrive_count);
    if (row.status === 'RUNNING') {
      if (head === null) yield finding('it runs here, but has no log');
      else if (done && ofThisAttempt) yield finding('it runs here, but its log has ended');
    } else if (head !== null && !done) yield finding(`it ended here as ${row.status}, but its log goes on`);
  }
}
