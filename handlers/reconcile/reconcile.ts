import { isUnavailable } from '../../core/unavailable.ts';
import { createBudget } from './budget.ts';
import type { createDueHeads } from './due-heads.ts';
import { type createListing, sweeps } from './listing.ts';

/** Something to do in every run; it bounds itself. */
export interface Chore {
  readonly name: string;
  readonly run: () => Promise<void>;
}

export interface ReconcileOptions {
  readonly dueHeads: ReturnType<typeof createDueHeads>;
  readonly listing: ReturnType<typeof createListing>;
  /** ARNs of the Standard machines. */
  readonly machines: readonly string[];
  /** What else a run does: before it asks Step Functions anything. */
  readonly chores: readonly Chore[];
  readonly now: () => number;
  readonly onTrouble: (chore: string, error: unknown) => void;
  readonly limits?: Partial<ReconcileLimits>;
}

/** What one run asks of Step Functions at most. */
export interface ReconcileLimits {
  /** DescribeExecution of executions that are due. */
  readonly looks: number;
  /** DescribeExecution of what the lists showed. */
  readonly finds: number;
  /** ListExecutions, of all machines together. */
  readonly pages: number;
}

/**
 * With a run a minute that is 5 DescribeExecution and 1 ListExecutions a second: half of what the smaller regions refill
 * (Step Functions guide, "Quotas": 10 and 2), since the workflows' own callers share it.
 */
const defaults: ReconcileLimits = { looks: 200, finds: 100, pages: 60 };

/**
 * One run of the reconciler (G5). Its parts are independent of one another: where one fails, the others go on, and the
 * run rejects at the end, so that it counts as failed. Throttling is no failure: what is left waits for the next run.
 *
 * @param until epoch milliseconds; nothing new is begun after it
 */
export function createReconcile(options: ReconcileOptions): (until: number) => Promise<void> {
  const { dueHeads, listing, machines, chores, now, onTrouble } = options;
  const limits = { ...defaults, ...options.limits };
  let turn = 0;

  return async (until) => {
    const failures: unknown[] = [];
    const attempt = async ({ name, run }: Chore): Promise<void> => {
      try {
        await run();
      } catch (error) {
        onTrouble(name, error);
        if (!isUnavailable(error)) failures.push(error);
      }
    };
    for (const chore of chores) await attempt(chore);

    const looks = createBudget(limits.looks, now, until);
    await attempt({ name: 'due executions', run: () => dueHeads(looks) });

    const budgets = {
      pages: createBudget(limits.pages, now, until),
      finds: createBudget(limits.finds, now, until),
    };
    // Another machine is first in each run, so that a long list does not take the budget of the others for good.
    turn += 1;
    const inTurn = machines.map((_, index) => machines[(index + turn) % machines.length] ?? '');
    for (const sweep of sweeps) {
      for (const machineArn of inTurn) {
        const run = (): Promise<void> => listing(sweep, machineArn, budgets);
        await attempt({ name: `list ${sweep.name} of ${machineArn}`, run });
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, 'parts of the run failed');
  };
}
