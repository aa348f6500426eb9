import { asCount, asJson, asRecord } from '../../core/sources/read.ts';
import { isUnavailable } from '../../core/unavailable.ts';
import type { Budget } from './budget.ts';
import type { ListExecutions, ListedExecution } from './listed.ts';
import type { Marks } from './marks.ts';
import type { TakeIn } from './take-in.ts';

/** One way to go through a machine's executions. */
export interface Sweep {
  readonly name: 'new' | 'running' | 'all';
  /** Between the beginnings of two sweeps, milliseconds. */
  readonly everyMs: number;
  readonly concerns: (listed: ListedExecution) => boolean;
}

/**
 * `new`: whatever started since the sweep before, so an execution of which nothing was told is found within minutes.
 * `running`: what ran at the deployment, and what was redriven and runs again. `all`: what was redriven and has ended
 * again. Only these show in an item what a log may lack, so the long list costs no reads of logs.
 */
export const sweeps = [
  { name: 'new', everyMs: 0, concerns: () => true },
  { name: 'running', everyMs: 15 * 60_000, concerns: () => true },
  { name: 'all', everyMs: 60 * 60_000, concerns: ({ redriveCount }) => redriveCount > 0 },
] as const satisfies readonly Sweep[];

/** Where a sweep is; all epoch milliseconds. */
interface Position {
  /** When it began. */
  readonly began: number;
  /** `new`: what started before is known from earlier sweeps. */
  readonly from: number;
  /** The page to look at next; null: the sweep is over. */
  readonly cursor: string | null;
  readonly over: boolean;
}

export interface ListingOptions {
  readonly list: ListExecutions;
  readonly takeIn: TakeIn;
  readonly marks: Marks;
  /** Epoch milliseconds of the deployment. */
  readonly since: number;
  readonly now: () => number;
  /** @default 1000, the most that ListExecutions answers at once */
  readonly pageSize?: number;
}

export interface ListingBudgets {
  /** Of ListExecutions. */
  readonly pages: Budget;
  /** Of DescribeExecution. */
  readonly finds: Budget;
}

/** Lists are eventually consistent, and what is younger than the grace is left to its events: sweeps overlap. */
const overlapMs = 10 * 60_000;

/**
 * Goes on with one sweep of one machine where the run before had to stop. A page counts only once everything on it was
 * dealt with, so what a throttled or broken run leaves is looked at again. Rejects when the list cannot be had.
 */
export function createListing({ list, takeIn, marks, since, now, pageSize = 1_000 }: ListingOptions) {
  return async (sweep: Sweep, machineArn: string, { pages, finds }: ListingBudgets): Promise<void> => {
    const name = `list ${sweep.name} ${machineArn}`;
    const stored = positionOf(await marks.get(name));
    // One that began at a time yet to come was begun by a clock that was wrong.
    if (stored?.over && now() >= stored.began && now() < stored.began + sweep.everyMs) return;
    let position = stored && !stored.over ? stored : begin(stored);
    while (!position.over && pages.take()) {
      const { cursor, from } = position;
      try {
        const status = sweep.name === 'running' ? 'RUNNING' : null;
        const { executions, next } = await list(machineArn, { status, cursor, limit: pageSize });
        const wanted = executions.filter((one) => one.startDate >= from && sweep.concerns(one));
        if (!(await takeIn(wanted, finds))) break;
        const beyond = executions.some(({ startDate }) => startDate < from);
        position = { ...position, cursor: next, over: next === null || beyond };
      } catch (error) {
        // Where it is throttled, the other machines' lists are too.
        if (isUnavailable(error)) pages.stop();
        if (!(error instanceof RangeError)) throw error;
        // The cursor holds no more: from the top again, which shows nothing less.
        position = { ...position, cursor: null };
        await marks.put(name, JSON.stringify(position));
        return;
      }
      await marks.put(name, JSON.stringify(position));
    }

    function begin(before: Position | null): Position {
      const from = sweep.name === 'new' ? (before?.began ?? since) - overlapMs : 0;
      return { began: now(), from, cursor: null, over: false };
    }
  };
}

/** null where nothing is stored that can be read. */
function positionOf(text: string | null): Position | null {
  const stored = asRecord(text === null ? null : asJson(text));
  const began = asCount(stored?.began);
  const from = asCount(stored?.from);
  if (!stored || began === null || from === null) return null;
  return { began, from, cursor: typeof stored.cursor === 'string' ? stored.cursor : null, over: stored.over === true };
}
