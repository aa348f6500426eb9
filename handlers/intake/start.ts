import type { IntakeFact, ProjectedFact } from '../../core/facts.ts';
import type { DeadLetters, Executions, IntakeRecord, Intakes, LogKey } from '../../core/ports.ts';
import type { RulesOf } from '../../core/workflow-rules.ts';
import type { Appender } from '../ingest/append.ts';

export interface StartOptions {
  readonly appender: Appender;
  readonly intakes: Intakes;
  readonly executions: Pick<Executions, 'start'>;
  readonly deadLetters: DeadLetters;
  readonly rulesOf: RulesOf;
  readonly now: () => number;
  /** Makes a ULID for a dead letter. */
  readonly newId: () => string;
}

/**
 * Starts one accepted execution and takes the answer into its log: a RUNNING fact that binds the log to the run, or
 * `Statuswire.StartFailed` with a dead letter that explains it (S5, S34). Safe to repeat: a start that was answered has
 * no intake record any more. Rejects on passing trouble; the record stays.
 */
export function createStart(options: StartOptions): (key: LogKey) => Promise<void> {
  return async (key) => {
    const record = await options.intakes.load(key);
    if (!record) return;
    const outcome = await options.executions.start(key, record.input);
    if (outcome.type === 'refused') {
      await options.deadLetters.add([
        {
          id: options.newId(),
          at: options.now(),
          reason: outcome.reason,
          source: 'intake',
          key,
          body: JSON.stringify(record),
        },
      ]);
    }
    const fact = outcome.type === 'started' ? startedFact(record, outcome) : failedFact(record, outcome.reason);
    await options.appender.append(key, [fact], { intake: { remove: true } });
  };

  function failedFact(record: IntakeRecord, reason: string): IntakeFact {
    return {
      type: 'intake',
      workflow: record.workflow,
      id: record.id,
      machineArn: null,
      executionArn: null,
      startDate: null,
      at: options.now(),
      intakeAttempt: record.intakeAttempt,
      status: 'FAILED',
      reason: options.rulesOf(record.workflow).exposeCause ? reason : null,
      tenant: record.tenant,
    };
  }
}

function startedFact(
  { workflow, id, tenant }: IntakeRecord,
  answer: { readonly executionArn: string; readonly machineArn: string; readonly startDate: number },
): ProjectedFact {
  return {
    type: 'status',
    status: 'RUNNING',
    source: 'event',
    binds: true,
    redriveCount: 0,
    workflow,
    id,
    machineArn: answer.machineArn,
    executionArn: answer.executionArn,
    startDate: answer.startDate,
    at: answer.startDate,
    stopDate: null,
    result: { type: 'none' },
    tenant,
    errorName: null,
    cause: null,
  };
}
