import type { Json, Update } from '../../core/contract.ts';
import { isUpdate, type Target } from './channel.ts';
import type { Connection } from './connection.ts';
import { executionFailed, StatuswireError } from './errors.ts';
import { explain } from './explain.ts';
import { pathOf, type Request } from './http.ts';
import type { Memory } from './memory.ts';
import { on } from './on.ts';
import { firstDone, iterate, type Over, type Place, type Reader } from './readers.ts';
import { advance, cursorOf, startSequence } from './sequencer.ts';
import { createSnapshot, type StatusSnapshot } from './snapshot.ts';
import { type Supervised, type SuperviseHost, type Supervision, safetyMs, supervise } from './supervisor.ts';
import { createAlarm } from './timers.ts';
import type { OutputOf, WatchedUpdate } from './workflows.ts';

export interface WatchOptions {
  /**
   * Where to begin: with the first update, with the state as it is, or after the cursor of an update seen earlier.
   * @default 'beginning'
   */
  readonly from?: 'beginning' | 'latest' | (string & {});
  /** Ends the watch: everything that waits for it rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /**
   * An update that was read before, as by the server that rendered the page: shown at once, and reading goes on after it, so
   * that it is not handed over again. Overrides `from` and `resume`.
   */
  readonly initial?: Update;
  /**
   * Goes on after the last update that was handed over under this client's `storage`, by this page or before it was loaded
   * anew; that update is then `initial`. An update counts as handed over when the slowest iterator has got it, or, without
   * iterators, once listeners were called. @default false
   */
  readonly resume?: boolean;
  /** How long an execution may be missing before iteration and `result` reject with `not-found`. @default 30000 */
  readonly notFoundAfterMs?: number;
  /** How long after a terminal update the watch goes on, for a redrive. @default 30000 */
  readonly graceMs?: number;
  /**
   * Never end at a terminal update. After `graceMs` it only looks once a minute whether a redrive came, and then reads on as
   * before. @default false
   */
  readonly redrives?: boolean;
}

/**
 * One execution being followed. Creating it does nothing: it reads while somebody iterates, listens or awaits the result,
 * and all of them share what is read.
 *
 * What an iterator has not taken yet is kept for it; of the rest, at least the newest
 * 1,000. An iterator that begins later begins with
 * what is kept, and its first update is marked `skipped` when earlier ones of this watch are gone.
 */
export interface Watch<Definition = unknown> extends AsyncIterable<WatchedUpdate<Definition>>, AsyncDisposable {
  readonly workflow: string;
  readonly id: string;
  /**
   * The output, once the first terminal update of this watch says SUCCEEDED; fetched (once) when the update left it out.
   * An execution that was redriven has several; begin at `latest` to wait for the newest attempt. Rejects with
   * `execution-failed` for another terminal status, with `not-found`, `unauthorized`, `closed`, or with the reason of the
   * signal. While it waits, connection trouble never rejects it.
   */
  result(options?: { readonly signal?: AbortSignal }): Promise<OutputOf<Definition>>;
  /** Calls the listener after every change, once per page that was read. Returns how to stop. */
  subscribe(listener: (snapshot: StatusSnapshot<Definition>) => void): () => void;
  getSnapshot(): StatusSnapshot<Definition>;
  /** What the reading does now and why, in a sentence for people: the console, a support page. Its words may change. */
  explain(): string;
  /** Ends the watch: iterators finish, `result` rejects with `closed`. Twice is once. */
  close(): void;
}

/** What may be done to a watch that reads, by its client. @internal */
export interface OpenWatch {
  close(): void;
  wake(): void;
  rest(): void;
}

/** What a client lends to its watches. @internal */
export interface WatchHost extends Omit<SuperviseHost, 'memory'> {
  readonly request: Request;
  /** Aborted when the client was closed. */
  readonly lifetime: AbortSignal;
  /** A watch reads from now on. Returns how to say that it does not any more. */
  enter(watch: OpenWatch): () => void;
  /** Where something is remembered; without names it is of the client. */
  memory(...names: readonly string[]): Memory;
}

/** Of the updates that no iterator waits for, so many are kept for one that comes later, and fewer than twice as many. */
const maxKept = 1_000;

/** @internal */
export function createWatch(host: WatchHost, target: Target, options: WatchOptions): Watch {
  const { workflow, id } = target;
  const { timers } = host;
  const { from = 'beginning', signal, notFoundAfterMs = 30_000, graceMs = 30_000, redrives, resume } = options;
  const memory = host.memory(workflow, id);
  const stored = resume && memory.get();
  const initial = options.initial ?? (isUpdate(stored) ? stored : null);
  const followers = new Set<() => void>();
  const places = new Set<Place>();
  const grace = createAlarm(timers);
  let sequence = startSequence<Update>(from, initial);
  /** The updates that are kept, and how many were dropped before them. */
  let kept: WatchedUpdate[] = [];
  let dropped = 0;
  /** How many are remembered as handed over. */
  let handed = 0;
  let latest: WatchedUpdate | null = initial && { ...initial, skipped: false };
  let done = latest?.done ? latest : null;
  let connection: Connection = { state: 'idle', channel: null, since: timers.now() };
  let error: StatuswireError | null = null;
  let asOf: number | null = null;
  let snapshot: StatusSnapshot;
  let supervision: Supervision | null = null;
  /** What leaves the client and the signal. */
  let offs: readonly (() => void)[] = [];
  let ended: Over | null = null;

  function show(state: Connection['state'], channel: Connection['channel'] = null): void {
    if (state !== connection.state || channel !== connection.channel)
      connection = { state, channel, since: timers.now() };
    snapshot = createSnapshot(latest, { connection, asOf, error });
  }

  function notify(): void {
    // Whoever leaves meanwhile is not called; whoever comes is.
    for (const follower of followers) follower();
    settle();
  }

  /** Drops what nobody waits for, many at a time, and remembers what was handed over. */
  function settle(): void {
    const read = Math.min(kept.length, ...[...places].map(({ position }) => position - dropped));
    const last = kept[read - 1];
    // An iterator that begins later does not take anything back.
    if (resume && last && dropped + read > handed) {
      handed = dropped + read;
      memory.set(last);
    }
    const surplus = Math.min(read, kept.length - maxKept);
    if (surplus < maxKept) return;
    kept = kept.slice(surplus);
    dropped += surplus;
  }

  const supervised: Supervised = {
    position: () => ({ after: cursorOf(sequence), latest: from === 'latest' }),
    // Within the grace a redrive should still be seen when only polling.
    pollMs: () => (latest?.done ? Math.min(safetyMs, graceMs / 3) : 2_000),
    take(frame) {
      const step = advance(sequence, frame);
      const wasDone = latest?.done;
      sequence = step.sequence;
      asOf = timers.now();
      for (const update of step.deliver) {
        latest = { ...update, skipped: step.skipped && update === step.deliver[0] };
        kept.push(latest);
        if (latest.done) done ??= latest;
      }
      if (step.deliver.length > 0) rest();
      // Reading may have been slowed down until a redrive.
      if (wasDone && !latest?.done) supervision?.wake();
      return step.incomplete;
    },
    report(health, changed) {
      const before = snapshot;
      error = health.error;
      show(health.state, health.channel);
      if (changed || connection !== before.connection || error !== before.error) notify();
    },
  };

  /** Waits for the end of the grace after a terminal update; a redrive within it calls that off. */
  function rest(): void {
    if (latest?.done) grace.set(graceMs, () => (redrives ? supervision?.rest() : end('ended', null)));
    else grace.clear();
  }

  const onAbort = () => end('aborted', signal?.reason);
  const close = () => end('ended', new StatuswireError('closed', `The watch of ${workflow}/${id} was closed.`));

  const wake = () => {
    supervision?.wake();
    rest();
  };

  function start(): void {
    if (signal?.aborted) onAbort();
    else if (host.lifetime.aborted) close();
    else {
      offs = [grace.clear, on(signal, 'abort', onAbort), host.enter({ close, wake, rest: () => supervision?.rest() })];
      error = null;
      show('connecting');
      rest();
      supervision = supervise({ ...host, memory: host.memory() }, target, notFoundAfterMs, supervised);
    }
  }

  function stop(state: 'idle' | 'closed'): void {
    supervision?.close();
    supervision = null;
    for (const off of offs) off();
    if (error?.retryable) error = null;
    show(state);
  }

  function end(type: Over['type'], reason: unknown): void {
    if (ended) return;
    ended = { type, reason };
    stop('closed');
    notify();
    followers.clear();
  }

  const reader: Reader = {
    take(place) {
      const jumped = place.position < dropped;
      if (jumped) place.position = dropped;
      const update = kept[place.position - dropped];
      if (!update) return;
      place.position++;
      settle();
      return jumped ? { ...update, skipped: true } : update;
    },
    done: () => done,
    over: () => ended ?? (supervision && error && !error.retryable ? { type: 'failed', reason: error } : null),
    join(follower, place) {
      // Before the follower is there, so that it is not called while it joins.
      if (!ended && !supervision) start();
      if (ended) return () => undefined;
      followers.add(follower);
      if (place) places.add(place);
      return () => {
        if (place) places.delete(place);
        if (followers.delete(follower) && followers.size === 0 && !ended) stop('idle');
      };
    },
  };

  show('idle');
  return {
    workflow,
    id,
    async result({ signal: own } = {}) {
      const update = await firstDone(reader, own);
      if (update.status !== 'SUCCEEDED') throw executionFailed(update);
      if (!update.outputOmitted) return update.output;
      const { body } = await host.request(`/result${pathOf(workflow, id)}`, { signal: own });
      return (body as { readonly output?: Json }).output ?? null;
    },
    subscribe: (listener) =>
      reader.join(() => {
        try {
          listener(snapshot);
        } catch (reason) {
          // The application's own bug: reported as uncaught, and not taken for a fault of the channel.
          queueMicrotask(() => {
            throw reason;
          });
        }
      }),
    getSnapshot: () => snapshot,
    explain: () => explain(connection, error, supervision, timers.now()),
    close,
    [Symbol.asyncIterator]: () => iterate(reader),
    [Symbol.asyncDispose]: async () => close(),
  };
}
