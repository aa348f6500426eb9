/**
 * The runner's tables. `runner_runs` holds one row per execution, `runner_journal` the items that were made and whose
 * emission has not been answered yet, in order. Times are epoch milliseconds.
 */
export const runnerSchema: string = `
CREATE TABLE IF NOT EXISTS runner_runs (
  arn TEXT PRIMARY KEY,
  workflow TEXT NOT NULL,
  id TEXT NOT NULL,
  input TEXT NOT NULL,
  start_date INTEGER NOT NULL,
  redrive_count INTEGER NOT NULL,
  begun_at INTEGER,
  next_id INTEGER NOT NULL,
  next_sequence INTEGER NOT NULL,
  state TEXT,
  state_input TEXT,
  open TEXT NOT NULL,
  status TEXT NOT NULL,
  output TEXT,
  error TEXT,
  cause TEXT,
  stop_date INTEGER,
  redrive_date INTEGER
) STRICT;
CREATE INDEX IF NOT EXISTS runner_runs_running ON runner_runs (start_date) WHERE status = 'RUNNING';
CREATE INDEX IF NOT EXISTS runner_runs_ended ON runner_runs (stop_date) WHERE stop_date IS NOT NULL;
CREATE TABLE IF NOT EXISTS runner_journal (
  arn TEXT NOT NULL,
  position INTEGER NOT NULL,
  item TEXT NOT NULL,
  PRIMARY KEY (arn, position)
) STRICT, WITHOUT ROWID;
`;
