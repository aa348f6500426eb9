import { mostHistoryEvents } from './limits.ts';
import type { Run } from './run.ts';

/** How long after its end an execution can be redriven (Step Functions guide, "Redrive eligibility"). */
export const redrivableMs: number = 14 * 24 * 3_600_000;

/** Why a run cannot be redriven now, in the words of `redriveStatusReason`; null when it can (aws-facts §1.5). */
export function redriveRefusal(run: Run, now: number): string | null {
  const status = run.end?.status ?? 'RUNNING';
  if (run.end === null || status === 'SUCCEEDED') return `Execution is ${status} and cannot be redriven`;
  // Another attempt needs room for its beginning and its end (ibid.: fewer than 24,999 events).
  if (run.nextId - 1 >= mostHistoryEvents - 1) return 'Execution history event limit exceeded';
  if (now - run.end.stopDate > redrivableMs) return 'Execution has exceeded the redrivable period of 14 days';
  return null;
}

/**
 * The run at the beginning of its next attempt: history ids and progress sequence go on, the machine's time-out counts
 * anew, and it continues in the top-level state it had entered last, with that state's input.
 */
export function redriven(run: Run, now: number): Run {
  return { ...run, redriveCount: run.redriveCount + 1, redriveDate: now, begunAt: null, open: [], end: null };
}
