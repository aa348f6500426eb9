import { endUnknown } from '../../core/derive.ts';
import type { ProjectedFact } from '../../core/facts.ts';
import type { Head } from '../../core/head.ts';
import { expressDeadline, isHopeless } from '../../core/hold.ts';
import type { DeadLetters, Executions, Log, LogKey } from '../../core/ports.ts';
import { projectFact } from '../../core/projection.ts';
import { parseEventBridge } from '../../core/sources/event-bridge.ts';
import type { RulesOf } from '../../core/workflow-rules.ts';
import type { AppendExtras, Appender } from './append.ts';

export interface SettleOptions {
  readonly log: Log;
  readonly appender: Appender;
  readonly executions: Pick<Executions, 'describe'>;
  readonly deadLetters: DeadLetters;
  readonly rulesOf: RulesOf;
  readonly now: () => number;
  /** Makes a ULID for a dead letter. */
  readonly newId: () => string;
  /** Told each time that the sources were not enough, for metrics. */
  readonly onRepair?: (repair: Repair) => void;
}

/**
 * `described`: DescribeExecution supplied facts. `impossible`: it could not be asked or did not help, and what waited
 * counts as it is. `assumed`: the end of an Express run. `abandoned`: an owner not found, so its facts are a dead letter.
 */
export type Repair = 'described' | 'impossible' | 'assumed' | 'abandoned';

/**
 * Looks at an execution whose `dueAt` has come: asks Step Functions for what held facts wait for (owner: S13; a missing
 * end or output: S15), and assumes the end of an Express run that never told it (S5). Does nothing when nothing is due,
 * so it may be called at least once per wake. Rejects on passing trouble; the head stays due.
 */
export function createSettle(options: SettleOptions): (key: LogKey) => Promise<void> {
  const { appender, now } = options;

  async function settle(key: LogKey): Promise<void> {
    const [head] = await options.log.load([key]);
    if (!head || head.dueAt === null || head.dueAt > now()) return;
    const assumed = assumedEnd(head, now());
    if (assumed) {
      await appender.append(key, [assumed]);
      options.onRepair?.('assumed');
    }
    const waiting = head.held.filter((held) => held.reason !== 'start' && held.reason !== 'backlog');
    if (waiting.length === 0) {
      if (!assumed) await appender.append(key, []);
      return;
    }
    const { facts, possible } = await ask(head);
    const extras: AppendExtras = possible ? {} : { release: new Set(['record', 'output'] as const) };
    const hopeless = waiting.filter((held) => held.reason === 'owner' && isHopeless(held, now()));
    if (hopeless.length === 0 || facts.some((fact) => fact.type === 'status' && fact.tenant !== null)) {
      await appender.append(key, facts, extras);
      if (facts.length > 0) options.onRepair?.('described');
      else if (!possible) options.onRepair?.('impossible');
      return;
    }
    await options.deadLetters.add([
      {
        id: options.newId(),
        at: now(),
        reason: 'no source told the owner of this execution within 24 h',
        source: 'owner',
        key,
        body: JSON.stringify(hopeless.map((held) => held.fact)),
      },
    ]);
    await appender.append(key, facts, { ...extras, abandonUnowned: true });
    options.onRepair?.('abandoned');
  }

  /** What DescribeExecution tells now. `possible` is false when asking again would not help. */
  async function ask(head: Head): Promise<{ facts: readonly ProjectedFact[]; possible: boolean }> {
    if (!head.run || head.run.express) return { facts: [], possible: false };
    const description = await options.executions.describe(head.run.executionArn);
    if (description.type === 'impossible') return { facts: [], possible: false };
    const parsed = parseEventBridge(description.event);
    if (parsed.type !== 'facts') return { facts: [], possible: false };
    const facts = parsed.facts.map((fact) => projectFact(fact, options.rulesOf(head.workflow)));
    const stillOmitted = facts.some((fact) => fact.type === 'status' && fact.result.type === 'omitted');
    return { facts, possible: !stillOmitted };
  }

  return settle;
}

function assumedEnd(head: Head, now: number): ProjectedFact | null {
  const { run, book } = head;
  const at = expressDeadline(head);
  if (!run?.express || book.end !== null || head.tenant === null || now < at) return null;
  return {
    type: 'status',
    status: 'TIMED_OUT',
    source: 'assumed',
    binds: false,
    redriveCount: book.attempt ?? 0,
    workflow: head.workflow,
    id: head.id,
    machineArn: null,
    executionArn: run.executionArn,
    startDate: run.startDate,
    at,
    stopDate: at,
    result: { type: 'none' },
    tenant: null,
    errorName: endUnknown,
    cause: null,
  };
}
