import type { Progress, StatusError, Update } from './contract.ts';
import type { EndSource, ProjectedFact, Result, TerminalStatus } from './facts.ts';
import type { IdRanges } from './id-ranges.ts';

/** One life of an execution name (S2). */
export interface Run {
  readonly executionArn: string;
  /** Express names may repeat, so there the ARN, which holds a UUID, is the run. */
  readonly express: boolean;
  /** Epoch milliseconds; null while only history records or progress were seen (S3). */
  readonly startDate: number | null;
  /** The earliest fact's time; orders runs whose start is not known. */
  readonly firstAt: number;
}

/** How the current attempt ended. */
export interface End {
  readonly status: TerminalStatus;
  readonly source: EndSource;
  readonly at: number;
  readonly result: Result;
  readonly error: StatusError | null;
}

/** The last accepted progress event of the current attempt, with what ranks it (S11). */
export interface RankedProgress {
  readonly value: Progress;
  readonly sequence: number | null;
  readonly at: number;
  readonly eventId: string;
}

/**
 * What is remembered of one run so that facts may come in any order and any number of times (S10). The whole state is
 * derived from it. Only the current attempt is kept in detail: an earlier one can no longer change anything.
 */
export interface Book {
  /** Set on logs that the intake opened. */
  readonly intake: {
    readonly attempt: number;
    readonly failure: { readonly at: number; readonly reason: string | null } | null;
  } | null;
  /** `redriveCount` of the latest attempt known; null while only the intake spoke. */
  readonly attempt: number | null;
  /** When each attempt began, by its number; the earliest word counts. */
  readonly begun: { readonly [attempt: string]: number };
  readonly end: End | null;
  readonly pendingRedriveAt: number | null;
  /** The entered state with the highest (attempt, history id). */
  readonly state: {
    readonly attempt: number;
    readonly historyId: number;
    readonly name: string;
  } | null;
  /** Per state name of the current attempt: entered ids minus left ids (S8). Names at zero are left out. */
  readonly net: { readonly [state: string]: number };
  /** Sorted names of the current attempt's Parallel and Map states, active or not. */
  readonly containers: readonly string[];
  /** History ids seen in the current attempt. */
  readonly seen: IdRanges;
  readonly progress: RankedProgress | null;
}

/** Why a fact waits. */
export type HoldReason =
  /** The tenant is not known yet (S13). */
  | 'owner'
  /** StartExecution has not answered yet (S5). */
  | 'start'
  /** A Standard run's terminal record without its status-change event (S15). */
  | 'record'
  /** The projection needs an output that the source left out (S15). */
  | 'output'
  /** One commit takes 99 updates; the rest of the batch follows with the next (S33). */
  | 'backlog';

export interface HeldFact {
  readonly fact: ProjectedFact;
  readonly reason: HoldReason;
  /** Epoch milliseconds. */
  readonly since: number;
}

/** The last update plus the bookkeeping that readers never see. */
export interface Head {
  readonly workflow: string;
  readonly id: string;
  /** Raised by every commit; what conditional writes compare. */
  readonly version: number;
  /** null while unknown: the log then shows nothing to anybody (S13). */
  readonly tenant: string | null;
  readonly epoch: string;
  /** Of the last update; 0 before the first. */
  readonly seq: number;
  readonly last: Update | null;
  /** null while only the intake spoke. */
  readonly run: Run | null;
  readonly book: Book;
  readonly held: readonly HeldFact[];
  /** Express ARNs that had this name before; their late facts are dropped. At most 20. */
  readonly formerRuns: readonly string[];
  /** When somebody has to look again (held facts, an end that never came); null: never. */
  readonly dueAt: number | null;
  /** When the log stops to exist; null while the execution is open (S4). */
  readonly expiresAt: number | null;
  /** Set once forgotten: nothing is readable any more, later facts of the run are dropped until this time (S4). */
  readonly goneUntil: number | null;
}
