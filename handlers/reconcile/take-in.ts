import type { Executions, Log, LogKey } from '../../core/ports.ts';
import { parseExecutionArn } from '../../core/sources/execution-arn.ts';
import type { RulesOf } from '../../core/workflow-rules.ts';
import type { Appender } from '../ingest/append.ts';
import { describedFacts } from '../ingest/described.ts';
import { isBehind } from './behind.ts';
import { type Budget, whileItLasts } from './budget.ts';
import type { ListedExecution } from './listed.ts';

export interface TakeInOptions {
  readonly log: Pick<Log, 'load'>;
  readonly appender: Appender;
  readonly executions: Pick<Executions, 'describe'>;
  readonly rulesOf: RulesOf;
  /** Epoch milliseconds of the deployment. */
  readonly since: number;
  readonly now: () => number;
  /** Told of each log that was brought further. */
  readonly onRepair: () => void;
  readonly onError: (error: unknown, key: LogKey) => void;
}

/** Answers whether all of them were dealt with; otherwise the same ones should come again. */
export type TakeIn = (listed: readonly ListedExecution[], budget: Budget) => Promise<boolean>;

/** Compares listed executions with their logs, by one read, and describes those of which a log knows less. */
export function createTakeIn(options: TakeInOptions): TakeIn {
  const { log, appender, executions, rulesOf, since, now, onRepair, onError } = options;

  async function takeOne({ key, executionArn }: Found): Promise<void> {
    const { facts } = await describedFacts(executions, rulesOf, executionArn);
    if (facts.length === 0) return;
    await appender.append(key, facts, {
      onAppended: (updates) => {
        if (updates.length > 0) onRepair();
      },
    });
  }

  return async (listed, budget) => {
    const found = listed.flatMap((one) => locate(one, rulesOf));
    const heads = found.length === 0 ? [] : await log.load(found.map(({ key }) => key));
    const behind = found.filter(({ one }, index) => isBehind(heads[index] ?? null, one, since, now()));
    return whileItLasts(behind, budget, takeOne, (error, { key }) => onError(error, key));
  };
}

interface Found {
  readonly key: LogKey;
  readonly executionArn: string;
  readonly one: ListedExecution;
}

/** Nothing where the name stands for another machine (S1). */
function locate(one: ListedExecution, rulesOf: RulesOf): readonly Found[] {
  const arn = parseExecutionArn(one.executionArn);
  if (!arn || arn.child || arn.express) return [];
  const { workflow, id, machineArn, executionArn } = arn;
  return rulesOf(workflow).machineArn === machineArn ? [{ key: { workflow, id }, executionArn, one }] : [];
}
