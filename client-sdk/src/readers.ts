import type { StatuswireError } from './errors.ts';
import type { WatchedUpdate } from './workflows.ts';

/** Why a watch is over; an aborted one does not hand over what it still has. */
export interface Ended {
  readonly aborted: boolean;
  /** What waits for more than there is rejects with this. */
  readonly reason: unknown;
}

/** What iterators and results see of a watch. */
export interface Reader {
  /** Everything delivered so far. */
  readonly history: readonly WatchedUpdate[];
  ended(): Ended | null;
  /** Set when waiting any longer is of no use. */
  failure(): StatuswireError | null;
  /** The watch reads on while `follower` is there, and calls it after every change. Returns how to leave. */
  join(follower: () => void): () => void;
}

interface Waiter {
  readonly resolve: (result: IteratorResult<WatchedUpdate, undefined>) => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * Everything from the first update of the watch to its end. Not an async generator: its `return` would wait for the `next`
 * under way, so that a reader which is torn down would go on reading until the next update.
 */
export function iterate(reader: Reader): AsyncIterableIterator<WatchedUpdate, undefined> {
  const waiting: Waiter[] = [];
  let position = 0;
  let over = false;
  let leave: (() => void) | null = null;

  function finish(): void {
    over = true;
    leave?.();
  }

  function answer({ resolve, reject }: Waiter): boolean {
    const ended = reader.ended();
    const update = reader.history[position];
    const failure = reader.failure();
    if (over) resolve({ done: true, value: undefined });
    else if (ended?.aborted) {
      finish();
      reject(ended.reason);
    } else if (update) {
      position++;
      resolve({ done: false, value: update });
    } else if (ended) {
      finish();
      resolve({ done: true, value: undefined });
    } else if (failure) {
      finish();
      reject(failure);
    } else return false;
    return true;
  }

  function settle(): void {
    for (let first = waiting[0]; first && answer(first); first = waiting[0]) waiting.shift();
  }

  const iterator: AsyncIterableIterator<WatchedUpdate, undefined> = {
    next: () =>
      new Promise((resolve, reject) => {
        waiting.push({ resolve, reject });
        if (!over) leave ??= reader.join(settle);
        settle();
      }),
    async return() {
      finish();
      settle();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]: () => iterator,
  };
  return iterator;
}

/** The first terminal update of the watch. */
export function firstDone(reader: Reader, signal: AbortSignal | undefined): Promise<WatchedUpdate> {
  return new Promise((resolve, reject) => {
    let leave: (() => void) | null = null;
    const settle = (how: () => void) => {
      leave?.();
      signal?.removeEventListener('abort', onAbort);
      how();
      return true;
    };
    const onAbort = () => settle(() => reject(signal?.reason));
    const check = (): boolean => {
      const ended = reader.ended();
      const failure = reader.failure();
      const update = ended?.aborted ? undefined : reader.history.find(({ done }) => done);
      if (update) return settle(() => resolve(update));
      if (ended) return settle(() => reject(ended.reason));
      return failure ? settle(() => reject(failure)) : false;
    };
    if (signal?.aborted) return reject(signal.reason);
    // Known already: nothing to read for it. A failure may have passed since; a new reader tries again.
    if (reader.ended() || reader.history.some(({ done }) => done)) {
      check();
      return;
    }
    signal?.addEventListener('abort', onAbort);
    leave = reader.join(check);
    check();
  });
}
