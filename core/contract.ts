/**
 * The one JSON shape that every channel carries. `schema.graphql` is its source of truth; a test holds this type
 * against it. This file has no run-time code, so that the client SDK can share it.
 */

/** A JSON value, as it travels. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Step Functions' execution statuses, plus `PENDING`: accepted by the intake, not started yet. */
export type Status = 'PENDING' | 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED' | 'PENDING_REDRIVE';

/** What an update changed; the first of these that changed. */
export type Kind = 'status' | 'state' | 'progress';

/** What the workflow itself reported, see the progress event. At least one of the two is set. */
export interface Progress {
  /** 0 to 100, or null when the report gave none. */
  readonly percent: number | null;
  /** At most 280 characters, or null when the report gave none. */
  readonly message: string | null;
}

/** Why an execution failed. */
export interface StatusError {
  /** Step Functions' error name, or null when the failure has none. Always let out. */
  readonly name: string | null;
  /** Only where the projection says so; at most 4 KiB. */
  readonly cause: string | null;
}

/** One entry of an execution's log: what changed, and the whole state after it. */
export interface Update {
  readonly tenant: string;
  /** The state machine's name. */
  readonly workflow: string;
  /** The execution's name. */
  readonly id: string;
  /** Identity of the log; sorts by age. A later run under the same name, or a rebuilt log, has a later one. */
  readonly epoch: string;
  /** 1, 2, 3 … within the epoch, without gaps. A redrive does not reset it. */
  readonly seq: number;
  /** Opaque form of (epoch, seq). */
  readonly cursor: string;
  readonly kind: Kind;
  readonly status: Status;
  /** Terminal, until a redrive. */
  readonly done: boolean;
  /** The state entered most recently; null before the first. */
  readonly state: string | null;
  /** Sorted distinct names; several inside Parallel and Map. */
  readonly activeStates: readonly string[];
  readonly progress: Progress | null;
  /** What the projection lets out of the output; only when SUCCEEDED. */
  readonly output: Json;
  /** There is an output that this update does not carry: too large, or not obtainable. */
  readonly outputOmitted: boolean;
  readonly error: StatusError | null;
  readonly redriveCount: number;
  /** ISO 8601, UTC, milliseconds; null while no source has told it. */
  readonly startedAt: string | null;
  readonly stoppedAt: string | null;
  /** When it happened at the source. May decrease within a log. */
  readonly occurredAt: string;
  /** When the log took it. Never decreases within a log. */
  readonly recordedAt: string;
}

/** A page of the log (`GET /status/…/updates`): contiguous after the cursor asked for. */
export interface UpdatesPage {
  readonly updates: readonly Update[];
  /** Ask with this next; equals the cursor asked for when the page is empty, null when there was none. */
  readonly next: string | null;
  /** More follows now. */
  readonly more: boolean;
}

/** Sent instead of a page when the cursor is trimmed, foreign or ahead: the last update, whole. Never a silent hole. */
export interface UpdatesSnapshot {
  readonly snapshot: Update;
  readonly next: string;
  readonly more: false;
}

/** One way to read the log, as `/.well-known/statuswire` lists it. */
export interface ChannelInfo {
  readonly channel: 'polling' | 'webhook' | 'subscription';
  readonly protocol: 'http' | 'standard-webhooks' | 'graphql-transport-ws' | 'appsync';
  readonly url: string;
  readonly region?: string;
  /** How long `wait` may hold a request; absent where the answer comes at once. */
  readonly maxWaitSeconds?: number;
}

/** The answer of `/.well-known/statuswire`. */
export interface Discovery {
  readonly version: 1;
  readonly channels: readonly ChannelInfo[];
}

/** RFC 9457 problem details, the body of every error answer. */
export interface Problem {
  /** Stable; listed in docs/http.md. */
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail?: string;
  /** Identifies one unexpected error in the logs. */
  readonly instance?: string;
}
