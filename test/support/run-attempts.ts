/** One execution with its redrives, as a list of history events with ids and times. */

import { activeNames, cut, type Failure, runSequence, type Signal, type World } from './run-execute.ts';
import type { Sequence } from './run-tree.ts';

/** What chance decides about a run. */
export interface RunPlan {
  readonly tree: Sequence;
  /** Decides turns, pauses and manners; used round and round. */
  readonly choices: readonly number[];
  /** How often a failed execution is redriven at most. */
  readonly redrives: number;
  readonly idsRestart: boolean;
  /** Per attempt: after how many events somebody stops it, and how; null: nobody does. */
  readonly stops: readonly ({ readonly after: number; readonly status: 'ABORTED' | 'TIMED_OUT' } | null)[];
  /** Epoch milliseconds. */
  readonly startDate: number;
}

export interface HistoryEvent extends Signal {
  readonly historyId: number;
  readonly attempt: number;
  readonly at: number;
  /** The true set after this event, sorted. */
  readonly active: readonly string[];
}

export interface Attempt {
  readonly number: number;
  /** From ExecutionStarted or ExecutionRedriven to the record of its end. */
  readonly events: readonly HistoryEvent[];
  readonly status: 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';
  readonly failure: { readonly error: string | null; readonly cause: string | null };
}

export interface History {
  readonly attempts: readonly Attempt[];
  /** The state entered last of all. */
  readonly state: string | null;
  readonly leftBehind: boolean;
}

export const outputText = '{"order":{"total":42},"lines":[1,2]}';

const endRecords = {
  SUCCEEDED: 'ExecutionSucceeded',
  FAILED: 'ExecutionFailed',
  TIMED_OUT: 'ExecutionTimedOut',
  ABORTED: 'ExecutionAborted',
} as const;

/** Turns a list of numbers into an endless source of choices. */
export function chooser(choices: readonly number[]): (n: number) => number {
  let used = 0;
  return (n) => {
    const round = Math.floor(used / choices.length);
    const value = (choices[used++ % choices.length] ?? 0) + round;
    return value % n;
  };
}

const none = { error: null, cause: null };
const stopped = { error: 'Operator.Stopped', cause: 'no longer wanted' };

/** Executes the plan: attempt after attempt until one succeeds or the redrives are used up. */
export function execute(plan: RunPlan, pick: (n: number) => number, inputText: string): History {
  const attempts: Attempt[] = [];
  let at = plan.startDate;
  let historyId = 0;
  let from = 0;
  let entered: string | null = null;
  let leftBehind = false;

  for (let number = 0; number <= plan.redrives; number++) {
    const nodes = plan.tree.slice(from);
    const again = nodes[0];
    const ranBefore = again?.kind === 'step' && again.type === 'Task' && entered === again.name;
    const skipEntry = number > 0 && ranBefore && pick(2) === 0;
    const world: World = { pick, attempt: number, root: [], entered, skipEntry, leftBehind };
    const events: HistoryEvent[] = [];
    if (plan.idsRestart) historyId = 0;
    const record = (signal: Signal): number => {
      at += [0, 1, 7, 400, 1_500][pick(5)] ?? 0;
      historyId++;
      events.push({ ...signal, historyId, attempt: number, at, active: activeNames(world) });
      return historyId;
    };
    const beginning = number === 0 ? 'ExecutionStarted' : 'ExecutionRedriven';
    const told = number === 0 ? { input: inputText, inputDetails: { truncated: false } } : { redriveCount: number };
    const first = record({ type: beginning, details: told, previousId: number === 0 ? 0 : historyId });

    const base = from;
    const stop = plan.stops[number] ?? null;
    const steps = runSequence(world, { scopes: [world.root], last: first }, nodes, (index) => {
      from = base + index;
    });
    let outcome: Failure | null = null;
    const isOver = (): boolean => stop !== null && events.length > stop.after;
    // What a branch is about to tell has already happened to it, so it must not be asked once the execution is stopped.
    for (let id = first; !isOver(); ) {
      const next = steps.next(id);
      if (next.done) {
        outcome = next.value;
        break;
      }
      id = record(next.value);
    }
    const halted = isOver();
    if (halted) {
      const ends = cut(world, world.root, [], { last: historyId });
      for (let next = ends.next(); !next.done; next = ends.next(record(next.value)));
    }
    world.root.length = 0;
    ({ entered, leftBehind } = world);

    const status = halted && stop !== null ? stop.status : outcome === null ? 'SUCCEEDED' : 'FAILED';
    const failure = status === 'ABORTED' && pick(2) === 0 ? stopped : (outcome ?? none);
    const output = { output: outputText, outputDetails: { truncated: false } };
    record({
      type: endRecords[status],
      details: status === 'SUCCEEDED' ? output : { ...failure },
      previousId: historyId,
    });
    attempts.push({ number, events, status, failure });
    if (status === 'SUCCEEDED') break;
  }
  return { attempts, state: entered, leftBehind };
}
