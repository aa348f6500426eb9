import type { Update } from '../../core/contract.ts';
import { endUnknown } from '../../core/derive.ts';
import type { ProjectedFact } from '../../core/facts.ts';
import type { Head } from '../../core/head.ts';
import { expressDeadline, isHopeless, isSilent } from '../../core/hold.ts';
import type { DeadLetters, Executions, Log, LogKey } from '../../core/ports.ts';
import type { RulesOf } from '../../core/workflow-rules.ts';
import type { AppendExtras, Appender } from './append.ts';
import { type DescribedFacts, describedFacts } from './described.ts';

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
  /**
   * Told each time that DescribeExecution brought a log further because an event had not come (G5). An owner or an output
   * that an event left out (S13, S15) is none of these: nothing was lost.
   */
  readonly onLost?: () => void;
}

/**
 * `described`: DescribeExecution brought the log further. `impossible`: it could not be asked or did not help, and what waited
 * counts as it is. `assumed`: the end of an Express run. `abandoned`: an owner not found, so its facts are a dead letter.
 */
export type Repair = 'described' | 'impossible' | 'assumed' | 'abandoned';

/**
 * @param waitedUntil The time that was waited for, which the clock may have been set back behind. Epoch milliseconds.
 * @default the clock alone says what is due
 */
export type Settle = (key: LogKey, waitedUntil?: number) => Promise<void>;

/**
 * Looks at an execution whose `dueAt` has come: asks Step Functions for what held facts wait for (owner: S13; a missing
 * end or output: S15) and about an open Standard execution that is silent (G5), and assumes the end of an Express run that
 * never told it (S5). Does nothing when nothing is due, so it may be called at least once per wake. Rejects on passing
 * trouble; the head stays due.
 */
export function createSettle(options: SettleOptions): Settle {
  const { appender } = options;

  async function settle(key: LogKey, waitedUntil = 0): Promise<void> {
    const now = (): number => Math.max(options.now(), waitedUntil);
    const [head] = await options.log.load([key]);
    if (!head || head.dueAt === null || head.dueAt > now()) return;
    const assumed = assumedEnd(head, now());
    if (assumed) {
      await appender.append(key, [assumed], { onAppended: (updates) => repaired('assumed', updates) });
    }
    const waiting = head.held.filter((held) => held.reason !== 'start' && held.reason !== 'backlog');
    if (waiting.length === 0) {
      if (!assumed) await look(key, head, now());
      return;
    }
    const { facts, possible } = await ask(head);
    const extras: AppendExtras = {
      ...(possible ? {} : { release: new Set(['record', 'output'] as const) }),
      onAppended(updates) {
        if (facts.length === 0) return;
        repaired('described', updates);
        if (updates.length > 0 && waiting.some(({ reason }) => reason === 'record')) options.onLost?.();
      },
    };
    const hopeless = waiting.filter((held) => held.reason === 'owner' && isHopeless(held, now()));
    if (hopeless.length === 0 || facts.some((fact) => fact.type === 'status' && fact.tenant !== null)) {
      await appender.append(key, facts, extras);
      if (facts.length === 0 && !possible) options.onRepair?.('impossible');
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

  /** Nothing is held. Whatever comes of it, the next look is later. */
  async function look(key: LogKey, head: Head, now: number): Promise<void> {
    const { facts } = head.held.length === 0 && isSilent(head, now) ? await ask(head) : nothing;
    const onAppended = (updates: readonly Update[]): void => {
      repaired('described', updates);
      if (updates.length > 0) options.onLost?.();
    };
    await appender.append(key, facts, facts.length > 0 ? { onAppended } : undefined);
  }

  /** A look that showed nothing new has repaired nothing. */
  function repaired(repair: Repair, updates: readonly Update[]): void {
    if (updates.length > 0) options.onRepair?.(repair);
  }

  async function ask({ run }: Head): Promise<DescribedFacts> {
    if (!run || run.express) return nothing;
    return describedFacts(options.executions, options.rulesOf, run.executionArn);
  }

  return settle;
}

const nothing: DescribedFacts = { facts: [], possible: false };

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
