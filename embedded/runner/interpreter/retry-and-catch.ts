import type { Json } from '../../../core/contract.ts';
import type { AslState, Catcher, Retrier, StateType } from '../../workflows/asl.ts';
import type { StateFailure } from './failure.ts';

/** Never retried nor caught (Amazon States Language; Step Functions guide, "Error names"). */
const final: ReadonlySet<string> = new Set(['States.Runtime', 'States.DataLimitExceeded']);

function matches(names: readonly string[], { error }: StateFailure, type: StateType): boolean {
  if (error !== null && final.has(error)) return false;
  return names.some(
    (name) =>
      name === error ||
      name === 'States.ALL' ||
      // Any failure of a Task but its time-out.
      (name === 'States.TaskFailed' && type === 'Task' && error !== 'States.Timeout'),
  );
}

/** Defaults of the Amazon States Language. */
function delaySeconds(retrier: Retrier, used: number, random: () => number): number {
  const { IntervalSeconds = 1, BackoffRate = 2, MaxDelaySeconds = Number.POSITIVE_INFINITY, JitterStrategy } = retrier;
  const delay = Math.min(IntervalSeconds * BackoffRate ** used, MaxDelaySeconds);
  return JitterStrategy === 'FULL' ? delay * random() : delay;
}

/** Counts what each retrier of one entry of a state has used. */
export interface Retries {
  /** Seconds to wait before the next try; null when the first retrier that matches is used up, or none matches. */
  next(failure: StateFailure): number | null;
}

export function createRetries(state: AslState, random: () => number): Retries {
  const used = new Map<Retrier, number>();
  return {
    next(failure) {
      const retrier = state.Retry?.find(({ ErrorEquals }) => matches(ErrorEquals, failure, state.Type));
      if (retrier === undefined) return null;
      const before = used.get(retrier) ?? 0;
      if (before >= (retrier.MaxAttempts ?? 3)) return null;
      used.set(retrier, before + 1);
      return delaySeconds(retrier, before, random);
    },
  };
}

/** The first catcher for the failure. */
export function catcherOf(state: AslState, failure: StateFailure): Catcher | null {
  return state.Catch?.find(({ ErrorEquals }) => matches(ErrorEquals, failure, state.Type)) ?? null;
}

/** What a catcher puts into the data: the error output of the Amazon States Language. */
export function errorOutput({ error, causeText }: StateFailure): Json {
  return { ...(error === null ? {} : { Error: error }), ...(causeText === null ? {} : { Cause: causeText }) };
}
