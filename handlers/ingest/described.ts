import type { ProjectedFact } from '../../core/facts.ts';
import type { Executions } from '../../core/ports.ts';
import { projectFact } from '../../core/projection.ts';
import { parseEventBridge } from '../../core/sources/event-bridge.ts';
import type { RulesOf } from '../../core/workflow-rules.ts';

/** What DescribeExecution tells now. */
export interface DescribedFacts {
  readonly facts: readonly ProjectedFact[];
  /** false when asking again would not help: nobody can be asked, or not even the answer has the output. */
  readonly possible: boolean;
}

/** Asks Step Functions where an execution stands, by the same parser and projection as any event. */
export async function describedFacts(
  executions: Pick<Executions, 'describe'>,
  rulesOf: RulesOf,
  executionArn: string,
): Promise<DescribedFacts> {
  const description = await executions.describe(executionArn);
  if (description.type === 'impossible') return { facts: [], possible: false };
  const parsed = parseEventBridge(description.event);
  if (parsed.type !== 'facts') return { facts: [], possible: false };
  const facts = parsed.facts.map((fact) => projectFact(fact, rulesOf(fact.workflow)));
  const stillOmitted = facts.some((fact) => fact.type === 'status' && fact.result.type === 'omitted');
  return { facts, possible: !stillOmitted };
}
