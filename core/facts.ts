import type { Json } from './contract.ts';

/** Statuses that end an attempt. */
export type TerminalStatus = 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';

/** An input or output as a source gave it. `omitted`: it exists, but the source left it out (over 248 KB). */
export type Payload =
  | { readonly type: 'none' }
  | { readonly type: 'omitted' }
  | { readonly type: 'text'; readonly text: string };

/** Where a fact belongs: one execution name of one workflow, and what the source knew of the run. */
export interface FactBase {
  readonly workflow: string;
  readonly id: string;
  /** ARN of the state machine without version or alias; null for intake facts. */
  readonly machineArn: string | null;
  /** ARN of the execution; null for intake facts. */
  readonly executionArn: string | null;
  /** Start of the run in epoch milliseconds; null where the source does not tell (history records, progress). */
  readonly startDate: number | null;
  /** When it happened at the source, epoch milliseconds. */
  readonly at: number;
}

/** Accepted by `POST /executions`, or found impossible to start. */
export interface IntakeFact extends FactBase {
  readonly type: 'intake';
  /** 1 for the first try, one more for each redriven dead letter. */
  readonly intakeAttempt: number;
  readonly status: 'PENDING' | 'FAILED';
  /** Why it cannot be started; shown as the cause of `Statuswire.StartFailed`. */
  readonly reason: string | null;
  /** The caller's tenant. */
  readonly tenant: string;
}

/**
 * Who says that an attempt ended, weakest first: nobody (an Express run whose end never came), the history record, the
 * status-change event or DescribeExecution. A stronger word replaces a weaker one.
 */
export type EndSource = 'assumed' | 'record' | 'event';

/** An execution's status: started, ended, or waiting for a redrive. */
export interface StatusFact extends FactBase {
  readonly type: 'status';
  readonly status: 'RUNNING' | TerminalStatus | 'PENDING_REDRIVE';
  readonly source: EndSource;
  /** The answer of StartExecution: binds the intake's log to this run (S5). */
  readonly binds: boolean;
  readonly redriveCount: number;
  readonly stopDate: number | null;
  readonly input: Payload;
  readonly output: Payload;
  readonly errorName: string | null;
  readonly cause: string | null;
}

/** A state was entered or left, from the execution history. */
export interface StateFact extends FactBase {
  readonly type: 'state';
  readonly redriveCount: number;
  /** History event id, unique within the run. */
  readonly historyId: number;
  readonly change: 'entered' | 'left';
  readonly state: string;
  /** Parallel and Map contain other states; Fail is never active (S8). */
  readonly stateType: 'container' | 'fail' | 'plain';
}

/** A `Statuswire Progress` event (S11). */
export interface ProgressFact extends FactBase {
  readonly type: 'progress';
  /** null: the last attempt begun by `at`. */
  readonly redriveCount: number | null;
  readonly sequence: number | null;
  readonly eventId: string;
  readonly percent: number | null;
  readonly message: string | null;
}

/** One thing a source told, normalised. May be late, repeated, or out of order. */
export type Fact = IntakeFact | StatusFact | StateFact | ProgressFact;

/** What the projection let out of an output. */
export type Result =
  | { readonly type: 'none' }
  /** It exists, but is not at hand; `wanted` when the projection names something of it. */
  | { readonly type: 'omitted' }
  | { readonly type: 'value'; readonly value: Json };

/** A status fact after projection: nothing of input and output is left but what may leave (S14). */
export interface ProjectedStatusFact extends Omit<StatusFact, 'input' | 'output'> {
  readonly result: Result;
  /** The owner that the input named; null when this fact does not tell. */
  readonly tenant: string | null;
}

/** What `reduce` takes and what is stored while held. */
export type ProjectedFact = IntakeFact | ProjectedStatusFact | StateFact | ProgressFact;

/** A parser's answer: facts, a reason why there is none, or something to count and drop. */
export type Parsed =
  | { readonly type: 'facts'; readonly facts: readonly Fact[] }
  /** Dead-lettered with the reason (G10). */
  | { readonly type: 'rejected'; readonly reason: string }
  /** Nothing wrong, nothing to keep: a control message, a child of a Map Run, a record that says nothing new. */
  | { readonly type: 'ignored'; readonly why: 'control' | 'map-run-child' | 'irrelevant' };
