import type { ProjectedFact } from '../../core/facts.ts';
import type { Run } from '../../core/head.ts';
import type { Executions, Log, LogKey, RedriveOutcome } from '../../core/ports.ts';
import type { Appender } from '../ingest/append.ts';
import { loadShown } from '../read/visible.ts';

export interface RedriveOptions {
  readonly log: Pick<Log, 'load'>;
  readonly appender: Appender;
  readonly executions: Pick<Executions, 'redrive'>;
  readonly now: () => number;
}

/** `absent`: nobody could read it either. */
export type RedriveAnswer = RedriveOutcome | { readonly type: 'absent' };

/**
 * Redrives an execution and takes the answer into its log: a RUNNING fact of the new attempt, so that whoever was told
 * reads it there, and because nobody promises that EventBridge tells it (aws-facts §1.5). The same told again has no
 * second effect. Rejects on passing trouble.
 */
export function createRedrive({ log, appender, executions, now }: RedriveOptions) {
  return async (key: LogKey): Promise<RedriveAnswer> => {
    const head = await loadShown(log, key, now());
    if (!head) return { type: 'absent' };
    const { run, tenant } = head;
    if (!run) return { type: 'refused', reason: 'It has not been started: redrive the dead letter of its start.' };
    const outcome = await executions.redrive(run.executionArn);
    if (outcome.type === 'redriven') await appender.append(key, [redrivenFact(key, run, tenant, outcome)]);
    return outcome;
  };
}

function redrivenFact(
  { workflow, id }: LogKey,
  { executionArn, startDate }: Run,
  tenant: string | null,
  { redriveCount, redriveDate }: Extract<RedriveOutcome, { readonly type: 'redriven' }>,
): ProjectedFact {
  return {
    type: 'status',
    status: 'RUNNING',
    source: 'event',
    binds: false,
    redriveCount,
    workflow,
    id,
    machineArn: null,
    executionArn,
    startDate,
    at: redriveDate,
    stopDate: null,
    result: { type: 'none' },
    tenant,
    errorName: null,
    cause: null,
  };
}
