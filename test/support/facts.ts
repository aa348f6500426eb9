import type { Update } from '../../core/contract.ts';
import type { IntakeFact, ProgressFact, ProjectedFact, ProjectedStatusFact, StateFact } from '../../core/facts.ts';
import type { Head } from '../../core/head.ts';
import { type ReduceContext, type Reduction, reduce } from '../../core/reduce.ts';

/** The run that the fact builders speak of. */
export const start = Date.parse('2026-01-01T12:00:00.000Z');
export const key = { workflow: 'orders', id: 'order-1' };
const machineArn = 'arn:aws:states:eu-west-1:111122223333:stateMachine:orders';
export const executionArn = 'arn:aws:states:eu-west-1:111122223333:execution:orders:order-1';
export const expressArn = (uuid: string): string =>
  `arn:aws:states:eu-west-1:111122223333:express:orders:order-1:${uuid}`;

const base = { ...key, machineArn, executionArn, startDate: start, at: start };

export function statusFact(
  status: ProjectedStatusFact['status'],
  more: Partial<ProjectedStatusFact> = {},
): ProjectedStatusFact {
  return {
    ...base,
    type: 'status',
    status,
    source: 'event',
    binds: false,
    redriveCount: 0,
    stopDate: status === 'RUNNING' || status === 'PENDING_REDRIVE' ? null : (more.at ?? start + 9_000),
    result: { type: 'none' },
    tenant: null,
    errorName: status === 'FAILED' ? 'Broken' : null,
    cause: null,
    ...more,
  };
}

export function stateFact(
  change: StateFact['change'],
  historyId: number,
  state: string,
  more: Partial<StateFact> = {},
): StateFact {
  return {
    ...base,
    startDate: null,
    at: start + historyId * 10,
    type: 'state',
    redriveCount: 0,
    historyId,
    change,
    state,
    stateType: 'plain',
    ...more,
  };
}

export function progressFact(percent: number, more: Partial<ProgressFact> = {}): ProgressFact {
  return {
    ...base,
    startDate: null,
    at: start + percent * 10,
    type: 'progress',
    redriveCount: 0,
    sequence: null,
    eventId: `event-${percent}`,
    percent,
    message: null,
    ...more,
  };
}

export function intakeFact(status: IntakeFact['status'], more: Partial<IntakeFact> = {}): IntakeFact {
  return {
    ...key,
    type: 'intake',
    machineArn: null,
    executionArn: null,
    startDate: null,
    at: start - 500,
    intakeAttempt: 1,
    status,
    reason: null,
    tenant: 'acme',
    ...more,
  };
}

/** A context whose epochs are `E1`, `E2` … padded to a ULID's length. */
export function context(more: Partial<ReduceContext> = {}): ReduceContext {
  return {
    now: start + 60_000,
    newEpoch: (after) => `E${String(Number(after?.slice(1) ?? 0) + 1).padStart(25, '0')}`,
    rules: { owner: { tenant: 'default' }, nesting: null },
    ...more,
  };
}

/** Takes batches one after the other; answers the last head and all updates. */
export function take(
  batches: readonly (readonly ProjectedFact[])[],
  more: Partial<ReduceContext> = {},
  from: Head | null = null,
): { head: Head | null; updates: readonly Update[]; counts: Reduction['counts'] | null } {
  let head = from;
  let counts: Reduction['counts'] | null = null;
  const updates: Update[] = [];
  for (const batch of batches) {
    const reduction = reduce(key, head, batch, context(more));
    head = reduction.head;
    counts = reduction.counts;
    updates.push(...reduction.updates);
  }
  return { head, updates, counts };
}

/** Takes facts one by one. */
export const takeEach = (
  facts: readonly ProjectedFact[],
  more: Partial<ReduceContext> = {},
  from: Head | null = null,
) =>
  take(
    facts.map((fact) => [fact]),
    more,
    from,
  );

/** `status:state[active]` of each update, for short expectations. */
export const sketch = (updates: readonly Update[]): readonly string[] =>
  updates.map((update) => `${update.seq} ${update.status} ${update.state ?? '-'} [${update.activeStates.join(' ')}]`);
