import type { StatuswireError } from './errors.ts';
import type { WatchedUpdate } from './workflows.ts';

/** Why a watch is over; an aborted one does not hand over what it still has. */
export interface Ended {
  readonly aborted: boolean;
  /** What waits for more than there is rejects with this. */
  readonly reason: unknown;
}

/** Where an iterator stands: how many updates of the watch lie behind it. */
export interface Place {
  position: number;
}

/** What iterators and results see of a watch. */
export interface Reader {
  /** The next update for this place, which moves on; undefined when there is none yet. */
  take(place: Place): WatchedUpdate | undefined;
  /** The first terminal update of the watch. */
  done(): WatchedUpdate | null;
  ended(): Ended | null;
  /** Set when waiting any longer is of no use. */
  failure(): StatuswireError | null;
  /**
   * The watch reads on while `follower` is there, and calls it after every change. Returns how to leave.
   * @param place what was not taken from here is kept meanwhile
   */
  join(follower: () => void, place?: Place): () => void;
}

type Next = IteratorResult<WatchedUpdate, undefined>;

/**
 * Everything from the first update that is kept to the end of the watch. Not an async generator: its `return` would wait for
 * the `next` under way, so that a reader which is torn down would go on reading until the next update.
 */
export function iterate(reader: Reader): AsyncIterableIterator<WatchedUpdate, undefined> {
  const waiting: { resolve(next: Next): void; reject(reason: unknown): void }[] = [];
  const place: Place = { position: 0 };
  const end: Next = { done: true, value: undefined };
  let over = false;
  let leave: (() => void) | null = null;

  function settle(): void {
    for (;;) {
      const first = waiting[0];
      if (!first) return;
      const ended = reader.ended();
      const value = over || ended?.aborted ? undefined : reader.take(place);
      const failure = reader.failure();
      if (value) first.resolve({ done: false, value });
      else if (over) first.resolve(end);
      else if (ended ?? failure) {
        finish();
        if (ended && !ended.aborted) first.resolve(end);
        else first.reject(ended ? ended.reason : failure);
      } else return;
      waiting.shift();
    }
  }

  function finish(): void {
    over = true;
    leave?.();
  }

  const iterator: AsyncIterableIterator<WatchedUpdate, undefined> = {
    next: () =>
      new Promise((resolve, reject) => {
        waiting.push({ resolve, reject });
        if (!over) leave ??= reader.join(settle, place);
        settle();
      }),
    async return() {
      finish();
      settle();
      return end;
    },
    [Symbol.asyncIterator]: () => iterator,
  };
  return iterator;
}

/** The first terminal update of the watch. */
export const firstDone = (reader: Reader, signal: AbortSignal | undefined): Promise<WatchedUpdate> =>
  new Promise((resolve, reject) => {
    let leave: (() => void) | null = null;
    const check = () => {
      const ended = reader.ended();
      const done = reader.done();
      const failure = reader.failure();
      if (signal?.aborted) reject(signal.reason);
      else if (done && !ended?.aborted) resolve(done);
      else if (ended ?? failure) reject(ended ? ended.reason : failure);
      else return false;
      leave?.();
      signal?.removeEventListener('abort', check);
      return true;
    };
    // What is known already needs no reading.
    if (check()) return;
    signal?.addEventListener('abort', check);
    leave = reader.join(check);
    check();
  });
