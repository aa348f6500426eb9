import type { Json, Update } from '../../core/contract.ts';
import type { Feed, Target } from './channel.ts';
import { executionFailed, StatuswireError } from './errors.ts';
import { type Ended, firstDone, iterate, type Reader } from './readers.ts';
import { advance, cursorOf, type Frame, startSequence } from './sequencer.ts';
import { createSnapshot, type StatusSnapshot } from './snapshot.ts';
import { connections, type Health, type Supervised, safetyMs } from './supervisor.ts';
import { createAlarm, type Timers } from './timers.ts';
import type { WatchedUpdate } from './workflows.ts';

export interface WatchOptions {
  /**
   * Where to begin: with the first update, with the state as it is, or after the cursor of an update seen earlier.
   * @default 'beginning'
   */
  readonly from?: 'beginning' | 'latest' | (string & {});
  /** Ends the watch: everything that waits for it rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** How long an execution may be missing before iteration and `result` reject with `not-found`. @default 30000 */
  readonly notFoundAfterMs?: number;
  /** How long after a terminal update the watch goes on, for a redrive. @default 30000 */
  readonly graceMs?: number;
  /** Never end at a terminal update; the same as an infinite `graceMs`. @default false */
  readonly redrives?: boolean;
}

/**
 * One execution being followed. Creating it does nothing: it reads while somebody iterates, listens or awaits the result,
 * and all of them share what is read. It keeps the updates it has read, so a later iterator sees them all.
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
  result(options?: { readonly signal?: AbortSignal }): Promise<Json>;
  /** Calls the listener after every change, once per page that was read. Returns how to stop. */
  subscribe(listener: (snapshot: StatusSnapshot<Definition>) => void): () => void;
  getSnapshot(): StatusSnapshot<Definition>;
  /** Ends the watch: iterators finish, `result` rejects with `closed`. Twice is once. */
  close(): void;
}

interface WatchDeps extends Target {
  readonly options: WatchOptions;
  readonly timers: Timers;
  readonly supervise: (watch: Supervised, notFoundAfterMs: number) => Feed;
  /** `GET /result`. */
  readonly fetchResult: (signal?: AbortSignal) => Promise<Json>;
  /** The handles of the client that read now, to be closed with it. */
  readonly open: Set<() => void>;
  readonly isClientClosed: () => boolean;
}

export function createWatch(deps: WatchDeps): Watch {
  const { workflow, id, options, timers } = deps;
  const { signal, notFoundAfterMs = 30_000, redrives = false } = options;
  const graceMs = redrives ? Number.POSITIVE_INFINITY : (options.graceMs ?? 30_000);
  const followers = new Set<() => void>();
  const history: WatchedUpdate[] = [];
  const grace = createAlarm(timers);
  let sequence = startSequence<Update>(options.from ?? 'beginning');
  let health: Health = { connection: connections.idle, error: null };
  let asOf: number | null = null;
  let snapshot = createSnapshot(null, { ...health, asOf });
  let supervision: Feed | null = null;
  let ended: Ended | null = null;

  const refresh = () => {
    snapshot = createSnapshot(history.at(-1) ?? null, { ...health, asOf });
  };
  const notify = () => {
    // Whoever leaves meanwhile is not called; whoever comes is.
    for (const follower of followers) follower();
  };

  const supervised: Supervised = {
    position: () => ({ after: cursorOf(sequence), latest: sequence.from === 'latest' }),
    // Within the grace a redrive should still be seen when only polling.
    pollMs: () => (sequence.last?.done ? Math.min(safetyMs, graceMs / 3) : 2_000),
    change(next, frame) {
      const same = next.connection === health.connection && next.error === health.error;
      health = next;
      const incomplete = frame ? take(frame) : false;
      if (frame || !same) {
        refresh();
        notify();
      }
      return incomplete;
    },
  };

  function take(frame: Frame<Update>): boolean {
    const step = advance(sequence, frame);
    sequence = step.sequence;
    asOf = timers.now();
    step.deliver.forEach((update, index) => {
      history.push({ ...update, skipped: index === 0 && step.skipped });
    });
    if (step.deliver.length > 0) rest();
    return step.incomplete;
  }

  /** Waits for the end of the grace after a terminal update; a redrive within it calls that off. */
  function rest(): void {
    if (sequence.last?.done) grace.set(graceMs, () => end({ aborted: false, reason: null }));
    else grace.clear();
  }

  const onAbort = () => end({ aborted: true, reason: signal?.reason });
  const close = () => {
    const reason = new StatuswireError('closed', `The watch of ${workflow}/${id} was closed.`);
    end({ aborted: false, reason });
  };

  function start(): void {
    signal?.addEventListener('abort', onAbort);
    deps.open.add(close);
    health = { connection: connections.connecting, error: null };
    refresh();
    rest();
    supervision = deps.supervise(supervised, notFoundAfterMs);
  }

  function stop(connection: Health['connection']): void {
    supervision?.close();
    supervision = null;
    grace.clear();
    signal?.removeEventListener('abort', onAbort);
    deps.open.delete(close);
    health = { ...health, connection };
    refresh();
  }

  function end(how: Ended): void {
    if (ended) return;
    ended = how;
    stop(connections.closed);
    notify();
    followers.clear();
  }

  const reader: Reader = {
    history,
    ended: () => ended,
    failure: () => (health.error && !health.error.retryable ? health.error : null),
    join(follower) {
      // Before the follower is there, so that it is not called while it joins.
      if (signal?.aborted) onAbort();
      else if (deps.isClientClosed()) close();
      if (ended) return () => undefined;
      followers.add(follower);
      if (!supervision) start();
      return () => {
        if (followers.delete(follower) && followers.size === 0 && !ended) stop(connections.idle);
      };
    },
  };

  async function result({ signal: own }: { readonly signal?: AbortSignal } = {}): Promise<Json> {
    const update = await firstDone(reader, own);
    if (update.status !== 'SUCCEEDED') throw executionFailed(update);
    return update.outputOmitted ? deps.fetchResult(own) : update.output;
  }

  return {
    workflow,
    id,
    result,
    subscribe: (listener) =>
      reader.join(() => {
        try {
          listener(snapshot);
        } catch (error) {
          // The application's own bug: reported as uncaught, and not taken for a fault of the channel.
          queueMicrotask(() => {
            throw error;
          });
        }
      }),
    getSnapshot: () => snapshot,
    close,
    [Symbol.asyncIterator]: () => iterate(reader),
    [Symbol.asyncDispose]: async () => close(),
  };
}
