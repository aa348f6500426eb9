import type { Json } from '../../core/contract.ts';
import type { OpenState, Run, RunStatus } from './run.ts';

/** A row of `runner_runs`; the names are the columns. */
export type RunRow = Readonly<Record<string, string | number | null>>;

const endStatuses = ['SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED'] as const satisfies readonly RunStatus[];

/** The whole row of a run. */
export function toRow(run: Run): RunRow {
  return {
    arn: run.arn,
    workflow: run.workflow,
    id: run.id,
    input: run.input,
    start_date: run.startDate,
    ...toChange(run),
  };
}

/** The columns that change while it runs, and the key. */
export function toChange(run: Run): RunRow {
  return {
    arn: run.arn,
    redrive_count: run.redriveCount,
    redrive_date: run.redriveDate,
    begun_at: run.begunAt,
    next_id: run.nextId,
    next_sequence: run.nextSequence,
    state: run.position?.state ?? null,
    state_input: run.position === null ? null : JSON.stringify(run.position.input),
    open: JSON.stringify(run.open),
    status: run.end?.status ?? 'RUNNING',
    output: run.end?.output ?? null,
    error: run.end?.error ?? null,
    cause: run.end?.cause ?? null,
    stop_date: run.end?.stopDate ?? null,
  };
}

const asText = (value: unknown): string | null => (typeof value === 'string' ? value : null);
const asNumber = (value: unknown): number | null => (typeof value === 'number' ? value : null);

/** The run of a row. The table is written by `toRow` alone, so a column that is not as expected reads as absent. */
export function fromRow(row: Readonly<Record<string, unknown>>): Run {
  const state = asText(row.state);
  const input: Json = JSON.parse(asText(row.state_input) ?? 'null');
  const open: readonly OpenState[] = JSON.parse(asText(row.open) ?? '[]');
  const status = endStatuses.find((candidate) => candidate === row.status);
  const stopDate = asNumber(row.stop_date);
  return {
    arn: asText(row.arn) ?? '',
    workflow: asText(row.workflow) ?? '',
    id: asText(row.id) ?? '',
    input: asText(row.input) ?? 'null',
    startDate: asNumber(row.start_date) ?? 0,
    redriveCount: asNumber(row.redrive_count) ?? 0,
    redriveDate: asNumber(row.redrive_date),
    begunAt: asNumber(row.begun_at),
    nextId: asNumber(row.next_id) ?? 1,
    nextSequence: asNumber(row.next_sequence) ?? 1,
    position: state === null ? null : { state, input },
    open,
    end:
      status === undefined || stopDate === null
        ? null
        : { status, output: asText(row.output), error: asText(row.error), cause: asText(row.cause), stopDate },
  };
}
