import type { DatabaseSync } from 'node:sqlite';
import { executionArn, localPlace } from '../runner/place.ts';
import type { AlsoForget } from '../store/forget-rows.ts';
import { slice } from '../store/slice.ts';
import type { UpkeepStep } from '../store/upkeep/upkeep.ts';
import type { Writer } from '../store/writer.ts';

/** Step Functions keeps a closed execution's name for 90 days (Step Functions guide, quotas). */
const nameKeptMs = 90 * 24 * 3_600_000;

/** The runner makes its tables only when it is first used. */
function hasTables(db: DatabaseSync): boolean {
  return db.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'runner_journal'").get() !== undefined;
}

/**
 * Forgets the local runner's row of an execution whose log is forgotten or expired: it holds the input. The log's marker
 * still keeps the name taken (S4).
 */
export const forgetRun: AlsoForget = (db, { workflow, id }) => {
  if (!hasTables(db)) return;
  db.prepare(
    `DELETE FROM runner_runs WHERE arn = ? AND stop_date IS NOT NULL AND arn NOT IN (SELECT arn FROM runner_journal)`,
  ).run(executionArn(localPlace, workflow, id));
};

/** Removes the rows of runs that ended long ago and that no log speaks of any more. */
export function sweepRuns(writer: Writer): UpkeepStep {
  return {
    name: 'ended runs',
    run: (now) =>
      writer.write((db) => {
        if (!hasTables(db)) return { rows: 0, more: false };
        const remove = db.prepare(`
          DELETE FROM runner_runs WHERE rowid IN (
            SELECT rowid FROM runner_runs WHERE stop_date < ? AND arn NOT IN (SELECT arn FROM runner_journal) LIMIT ?)`);
        return slice((limit) => Number(remove.run(now - nameKeptMs, limit).changes));
      }),
  };
}
