/**
 * What the service asks of its surroundings. Each port is filled twice: by `embedded` (node:sqlite, timers) and by the
 * AWS adapters. All are asynchronous, keep time out of themselves (it is passed in), and need no joins, counts or
 * offsets (S33).
 */

import type { ApiKeyRecord, Caller } from './access.ts';
import type { Json, Update } from './contract.ts';
import type { Position } from './cursor.ts';
import type { Head } from './head.ts';
import type { Endpoint } from './webhook.ts';

/** Names one execution. */
export interface LogKey {
  readonly workflow: string;
  readonly id: string;
}

/** An accepted start that has not been answered yet (S34). */
export interface IntakeRecord extends LogKey {
  readonly tenant: string;
  readonly intakeAttempt: number;
  /** JSON text, at most 256 KiB. */
  readonly input: string;
  /** Epoch milliseconds. */
  readonly acceptedAt: number;
}

/** Same key and same body: same answer, for 24 h (S26). */
export interface IdempotencyRecord extends LogKey {
  readonly tenant: string;
  readonly idempotencyKey: string;
  /** Hash over workflow and body; another one under the same key is a mistake of the caller (422). */
  readonly fingerprint: string;
  readonly expiresAt: number;
}

/** One execution's next step; atomic as a whole. */
export interface Change {
  readonly key: LogKey;
  /** `head.version` as it was loaded; 0 when there was none. Anything else stored: conflict. */
  readonly expectedVersion: number;
  /**
   * Its `version` is `expectedVersion + 1`. One with `goneUntil` forgets the execution: with it go its intake and
   * idempotency records, its dead letters and its delivery cursors, and its updates once the listener has had them (S4).
   */
  readonly head: Head;
  /** At most 99, in order; may span two epochs. */
  readonly updates: readonly Update[];
  /** Stored with the change, or removed by it. */
  readonly intake?: { readonly put: IntakeRecord } | { readonly remove: true };
  /** An unexpired record of the same tenant and key makes the change a conflict. */
  readonly idempotency?: IdempotencyRecord;
}

/** Contiguous updates after a position, or the word that the log no longer reaches back that far. */
export type LogPage =
  | { readonly type: 'page'; readonly updates: readonly Update[]; readonly more: boolean }
  | { readonly type: 'trimmed' };

export interface ListFilter {
  readonly workflow?: string;
  readonly status?: string;
}

export interface ListPage {
  /** Last updates, newest log first. */
  readonly updates: readonly Update[];
  /** Opaque; null at the end. */
  readonly next: string | null;
}

export interface DuePage {
  readonly heads: readonly Head[];
  readonly next: string | null;
}

/** The log (S33). Reads are strongly consistent. */
export interface Log {
  /** Heads in the order of the keys; null where none is stored. */
  load(keys: readonly LogKey[]): Promise<readonly (Head | null)[]>;
  /**
   * Durable when it resolves. Each change on its own: `conflict` leaves nothing of that change behind. Two changes of
   * one key in one call: the second conflicts unless it expects what the first wrote.
   */
  commit(changes: readonly Change[]): Promise<readonly ('ok' | 'conflict')[]>;
  /**
   * Updates of `epoch` with a seq above `after.seq`, ascending; at most `limit`, at most `maxBytes` of JSON but always one.
   * `trimmed` when the update right after the position is no longer stored although the log goes on, and when the
   * position is of another epoch or beyond the head.
   */
  read(key: LogKey, after: Position, limit: number, maxBytes: number): Promise<LogPage>;
  /**
   * A tenant's executions by epoch, newest first. A page may be shorter than `limit`, even empty, with a `next`: expired
   * executions are stepped over a bounded number at a time. Rejects with a RangeError when the cursor is none of its own.
   */
  list(tenant: string, filter: ListFilter, cursor: string | null, limit: number, now: number): Promise<ListPage>;
  /** Heads whose `dueAt` is not after `dueBefore`, oldest due first. */
  open(dueBefore: number, cursor: string | null, limit: number): Promise<DuePage>;
}

/**
 * Told what was committed: at least once, in seq order per execution, again after a crash for whatever had not been
 * answered. The engine keeps the updates for it until the promise resolves.
 */
export type OnCommitted = (updates: readonly Update[]) => Promise<void>;

/** Accepted starts (S34). Written by `Log.commit`; fed on by `OnCommitted`. */
export interface Intakes {
  load(key: LogKey): Promise<IntakeRecord | null>;
  /** Every record that has not been answered yet, by key; how a restarted service finds what is left to start. */
  pending(
    cursor: string | null,
    limit: number,
  ): Promise<{ readonly records: readonly IntakeRecord[]; readonly next: string | null }>;
  findIdempotent(tenant: string, idempotencyKey: string, now: number): Promise<IdempotencyRecord | null>;
}

/** A workflow's name and the state machine that it stands for. */
export interface Binding {
  readonly workflow: string;
  readonly machineArn: string;
}

/** Which state machine a workflow name means (S1). */
export interface Bindings {
  /** The ARN that the name is bound to; null where it is free. May be a minute old where there are several processes. */
  find(workflow: string): Promise<string | null>;
  /** In an order of the engine's own, after the name `after`; null: from the first. */
  list(
    after: string | null,
    limit: number,
  ): Promise<{ readonly bindings: readonly Binding[]; readonly next: string | null }>;
  /** Frees the name for whichever machine is seen next; false when it was free. */
  unbind(workflow: string): Promise<boolean>;
  /** Binds the name to the ARN if it is free; answers the ARN it is bound to. */
  bind(workflow: string, machineArn: string): Promise<string>;
}

/** Something that could not be taken, with its reason (G10). */
export interface DeadLetter {
  /** ULID. */
  readonly id: string;
  readonly at: number;
  readonly reason: string;
  readonly source: 'events' | 'intake' | 'owner';
  readonly key: LogKey | null;
  /** The rejected thing itself as JSON text; events cut to 64 KiB, an intake's record whole, so that it can be tried again. */
  readonly body: string;
}

export interface DeadLetters {
  add(letters: readonly DeadLetter[]): Promise<void>;
  /** Newest first. */
  list(
    cursor: string | null,
    limit: number,
  ): Promise<{ readonly letters: readonly DeadLetter[]; readonly next: string | null }>;
  get(id: string): Promise<DeadLetter | null>;
  remove(id: string): Promise<void>;
}

/** API keys, hashed (S28). */
export interface Keys {
  find(id: string): Promise<ApiKeyRecord | null>;
  put(record: ApiKeyRecord): Promise<void>;
  list(tenant: string | null): Promise<readonly ApiKeyRecord[]>;
  remove(id: string): Promise<boolean>;
}

/** Registered webhooks. */
export interface Endpoints {
  /**
   * The engine has one order over all logs, and begins each cursor where its endpoint was registered in it: clocks decide
   * nothing. Otherwise times are compared (S31).
   */
  readonly byPosition?: true;
  put(endpoint: Endpoint): Promise<void>;
  get(tenant: string, id: string): Promise<Endpoint | null>;
  list(tenant: string): Promise<readonly Endpoint[]>;
  remove(tenant: string, id: string): Promise<boolean>;
  /** Strongly consistent: an endpoint that was acknowledged before the commit is in it (S31). */
  of(tenants: readonly string[]): Promise<readonly Endpoint[]>;
}

/** Names one delivery cursor. */
export interface DeliveryKey extends LogKey {
  readonly endpointId: string;
}

/** Where one endpoint stands in one execution's log (S31, S32). */
export interface Delivery extends DeliveryKey {
  readonly tenant: string;
  /** Position passed: accepted by the endpoint or left out by its filter. Epoch '' before the first. */
  readonly epoch: string;
  readonly seq: number;
  /** What the endpoint got last of this epoch; the next payload's `previousSeq`. */
  readonly sentSeq: number | null;
  /** Failures in a row of (endpoint, execution), not of one update (S32). */
  readonly failures: number;
  /** First of those failures, epoch milliseconds. */
  readonly failingSince: number | null;
  /** When to look next; null when caught up. */
  readonly dueAt: number | null;
  /** When `dueAt` was set: a clock that shows less was set back since, and does not make it wait for that. */
  readonly setAt?: number;
}

/** A delivery in somebody's hands until `leaseUntil`. `token` tells a stale holder from the present one. */
export interface Claim {
  readonly delivery: Delivery;
  readonly leaseUntil: number;
  readonly token: string;
}

/** Delivery cursors (S35). */
export interface Deliveries {
  /**
   * Something may be there to send: makes the cursor if there is none and makes it due at `at`. One that waits after
   * failures keeps waiting. A wake during a claim is not lost: the release then leaves it due.
   */
  wake(targets: readonly (DeliveryKey & { readonly tenant: string })[], at: number): Promise<void>;
  /** Due and not claimed, earliest first. What the engine can tell to wait for a clock that was set back is due as well. */
  due(now: number, limit: number): Promise<readonly DeliveryKey[]>;
  /** The earliest `dueAt` or lease end after which `due` will answer something; null when nothing waits. */
  nextDue(): Promise<number | null>;
  /** null when it is not due, is claimed by another, or is gone. */
  claim(key: DeliveryKey, now: number, leaseUntil: number): Promise<Claim | null>;
  /** Stores progress under the claim and keeps it until `leaseUntil`; false when the claim was lost. */
  advance(claim: Claim, delivery: Delivery, leaseUntil: number): Promise<boolean>;
  /** Stores the outcome and lets go; false when the claim was lost. */
  release(claim: Claim, delivery: Delivery): Promise<boolean>;
  /** Removes all cursors of an endpoint. */
  removeEndpoint(endpointId: string): Promise<void>;
}

/** A client's socket that the service does not hold itself, from its `connection_init` on. */
export interface Connection {
  readonly id: string;
  /** As verified when it was opened. */
  readonly caller: Caller;
  /** Epoch milliseconds; from then on it is gone, whatever is still stored (API Gateway: 2 h after it was made). */
  readonly endsAt: number;
}

/** Whose updates a subscription carries; `id` null: all executions of the workflow. */
export interface Audience {
  readonly tenant: string;
  readonly workflow: string;
  readonly id: string | null;
}

/** A GraphQL subscription of a connection; what its caller may see was decided before. */
export interface Subscription {
  readonly connectionId: string;
  /** Of the operation: stands in every message about it. At most 128 characters. */
  readonly operationId: string;
  readonly audience: Audience;
  /** What to render updates by. */
  readonly request: {
    readonly query: string;
    readonly operationName: string | null;
    readonly variables: { readonly [name: string]: unknown };
  };
  /** When the connection's token expires (S30), epoch milliseconds; null for an API key's. */
  readonly expiresAt: number | null;
  /** As its connection's. */
  readonly endsAt: number;
}

/** What came of a subscription. Only `subscribed` is stored. */
export type Subscribed =
  | 'subscribed'
  /** There is no such connection, or no longer. */
  | 'gone'
  /** The connection has an operation of that id. */
  | 'taken'
  /** The connection has all it may have. */
  | 'full'
  /** Its `complete` came first. */
  | 'completed';

/** Connections and their subscriptions, for servers that are not one process. */
export interface Connections {
  /** False when there is one of that id. */
  open(connection: Connection): Promise<boolean>;
  find(connectionId: string): Promise<Connection | null>;
  /** In force when it resolves: an update committed from then on finds it. Never more than `limit` of a connection. */
  subscribe(subscription: Subscription, limit: number, now: number): Promise<Subscribed>;
  /**
   * Ends a subscription. One that is not there may be on its way, because messages are handled at once: until
   * `rememberUntil` it is answered `completed`.
   */
  complete(connectionId: string, operationId: string, rememberUntil: number): Promise<void>;
  /** Removes a connection and all its subscriptions; one that is being made meanwhile does not stay. */
  remove(connectionId: string): Promise<void>;
  /**
   * Subscriptions of exactly this audience whose connection has not ended, page by page. Strongly consistent: whatever
   * was in force before the call is in it (S17).
   */
  audience(audience: Audience, now: number): AsyncIterable<readonly Subscription[]>;
  /** Ids of connections whose token has expired, longest ago first (S30). May miss those of the last moments. */
  expired(now: number, limit: number): Promise<readonly string[]>;
}

/** What came of handing a message over. */
export type Posted =
  | 'posted'
  /** There is no such socket any more. */
  | 'gone'
  /** Over the limit of a message. */
  | 'too-large'
  /** Not now: too many messages, a slow reader, no answer in time. */
  | 'failed';

/** The sockets themselves. Neither rejects. */
export interface Sockets {
  /** `posted` does not say that the client has it. */
  post(connectionId: string, text: string): Promise<Posted>;
  /** Ends a socket; API Gateway lets nobody choose the close code. False when that failed. */
  close(connectionId: string): Promise<boolean>;
}

/** Looks at `key` again at `at` (epoch milliseconds), at least once. `Log.open` is its memory over a crash (S35). */
export interface Timers {
  wake(key: LogKey, at: number): void;
}

/** What DescribeExecution tells; `impossible` where nobody here can ask (another account, Express, expired). */
export type Description =
  | { readonly type: 'described'; readonly event: Json }
  | { readonly type: 'impossible'; readonly reason: string };

/** Step Functions, as far as the service calls it. */
export interface Executions {
  /**
   * Starts an execution. Same name and same input again answers the same run (Standard).
   * Rejects on passing trouble only: the caller tries again.
   */
  start(key: LogKey, input: string): Promise<StartOutcome>;
  /** The answer's `event` has the shape of a status-change event. */
  describe(executionArn: string): Promise<Description>;
  /**
   * Goes on with an execution that ended as FAILED, TIMED_OUT or ABORTED, from where it failed, under the same ARN: AWS's
   * RedriveExecution (Standard only, within 14 days of the end, fewer than 24,999 history events). Durable when it
   * resolves. Rejects on passing trouble only; repeated after an answer that was lost, it is refused as RUNNING.
   */
  redrive(executionArn: string): Promise<RedriveOutcome>;
}

export type RedriveOutcome =
  | {
      readonly type: 'redriven';
      /** Epoch milliseconds. */
      readonly redriveDate: number;
      /** The new attempt's number: 1 for the first redrive. */
      readonly redriveCount: number;
    }
  /** It cannot be redriven (ExecutionNotRedrivable), or is none of ours (ExecutionDoesNotExist). */
  | { readonly type: 'refused'; readonly reason: string };

export type StartOutcome =
  | { readonly type: 'started'; readonly executionArn: string; readonly machineArn: string; readonly startDate: number }
  /** Another run holds the name, or the workflow cannot be started; final. */
  | { readonly type: 'refused'; readonly reason: string };
