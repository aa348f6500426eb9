import type { Connection } from './connection.ts';
import type { StatuswireError } from './errors.ts';
import type { OutputOf, WatchedError, WatchedUpdate } from './workflows.ts';

/** What is known of the reading, apart from what is read. */
interface Reading {
  readonly connection: Connection;
  /** When the service last said that this is the state: epoch milliseconds; null before its first answer. */
  readonly asOf: number | null;
  /**
   * Nothing vouches for what is shown: nobody reads, nothing answers, or nothing has answered yet. Never so once a watch has
   * ended with its execution.
   */
  readonly stale: boolean;
  /** What keeps the watch from knowing more: why it is offline, not found so far, or refused. Not the workflow's error. */
  readonly error: StatuswireError | null;
}

interface Known<Definition, S extends WatchedUpdate['status']> extends Reading {
  readonly status: S;
  /** The latest update, whole. */
  readonly update: WatchedUpdate<Definition> & { readonly status: S };
}

interface Succeeded<Definition> extends Known<Definition, 'SUCCEEDED'> {
  /** What the projection lets out; null too when the update left it out (`update.outputOmitted`). */
  readonly output: OutputOf<Definition> | null;
}

interface Failed<Definition, S extends 'FAILED' | 'TIMED_OUT' | 'ABORTED'> extends Known<Definition, S> {
  /** The workflow's error; null when it gave none. */
  readonly failure: WatchedError<Definition> | null;
}

/**
 * An execution at one moment. Discriminated on `status`, null before the first update (S21). Immutable, and the same object
 * until something in it changes.
 */
export type StatusSnapshot<Definition = unknown> =
  | (Reading & { readonly status: null; readonly update: null })
  | Known<Definition, 'PENDING'>
  | Known<Definition, 'RUNNING'>
  | Known<Definition, 'PENDING_REDRIVE'>
  | Succeeded<Definition>
  | Failed<Definition, 'FAILED'>
  | Failed<Definition, 'TIMED_OUT'>
  | Failed<Definition, 'ABORTED'>;

export function createSnapshot(update: WatchedUpdate | null, facts: Omit<Reading, 'stale'>): StatusSnapshot {
  const { connection, asOf } = facts;
  const ended = connection.state === 'closed' && update?.done;
  const reading = { ...facts, stale: !ended && (!connection.channel || asOf === null) };
  if (!update) return { ...reading, status: null, update };
  const { status, done, output, error } = update;
  // The unions are correlated by `status`, which the compiler cannot follow.
  return {
    ...reading,
    status,
    update,
    ...(status === 'SUCCEEDED' ? { output } : done && { failure: error }),
  } as StatusSnapshot;
}
