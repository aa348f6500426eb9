import type { Json } from '../../core/contract.ts';
import type { StateType } from '../workflows/asl.ts';

export type RunStatus = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';

/** A state that was entered and not left. */
export interface OpenState {
  readonly name: string;
  readonly type: StateType;
  /** History id of its entry. */
  readonly entered: number;
  /** History ids of the entries of the Parallel and Map states around it, outermost first. */
  readonly within: readonly number[];
}

/** How an execution ended. `error` and `cause` null unless it failed. */
export interface RunEnd {
  readonly status: Exclude<RunStatus, 'RUNNING'>;
  /** JSON text; null unless it succeeded. */
  readonly output: string | null;
  readonly error: string | null;
  readonly cause: string | null;
}

/** One execution as the journal knows it. */
export interface Run {
  readonly arn: string;
  readonly workflow: string;
  readonly id: string;
  /** JSON text. */
  readonly input: string;
  /** Epoch milliseconds. */
  readonly startDate: number;
  readonly redriveCount: number;
  /** When it was redriven last, epoch milliseconds; null when it never was. */
  readonly redriveDate: number | null;
  /** When this attempt's first step was due, epoch milliseconds: TimeoutSeconds counts from here. Null before. */
  readonly begunAt: number | null;
  /** Id of the next history record. */
  readonly nextId: number;
  /** `sequence` of the next progress report. */
  readonly nextSequence: number;
  /** The top-level state entered last, and its input; null before the first. */
  readonly position: { readonly state: string; readonly input: Json } | null;
  readonly open: readonly OpenState[];
  readonly end: (RunEnd & { readonly stopDate: number }) | null;
}
