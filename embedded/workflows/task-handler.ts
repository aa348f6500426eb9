import type { Json } from '../../core/contract.ts';

/** What a task tells about its progress; at least one of the two. */
export interface ProgressReport {
  /** 0 to 100. */
  readonly percent?: number;
  /** At most 280 characters (S11); more is cut. */
  readonly message?: string;
}

/** What a task handler gets beside its input. */
export interface TaskContext {
  readonly execution: {
    readonly id: string;
    readonly workflow: string;
    readonly arn: string;
    /** How often the execution has been redriven; 0 in its first attempt. */
    readonly redriveCount: number;
  };
  /** Name of the Task state. */
  readonly state: string;
  /** How often this entry of the state has been retried so far; 0 for the first try. */
  readonly attempt: number;
  /** Aborted when the answer is no longer wanted: time-out, failed sibling branch, execution ended, service stopping. */
  readonly signal: AbortSignal;
  /** Reports business progress. Resolves once the report is durable; never fails the task. */
  progress(report: ProgressReport): Promise<void>;
  /** Waits so many milliseconds, shortened by the time scale (S37). Rejects with `signal.reason` when aborted. */
  sleep(ms: number): Promise<void>;
}

/**
 * Does the work of a Task state, in place of its Lambda function. Fails by throwing an Error whose `name` is the error
 * name that `Retry` and `Catch` look at.
 *
 * @example
 * export const Ship: TaskHandler = async (input, { progress }) => {
 *   await progress({ percent: 50, message: 'Packing' });
 *   return { trackingNumber: 'T-1' };
 * };
 */
export type TaskHandler = (input: Json, context: TaskContext) => Json | Promise<Json>;
