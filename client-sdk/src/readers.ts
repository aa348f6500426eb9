import { on } from './on.ts';
import type { WatchedUpdate } from './workflows.ts';

/** Why there is no more to wait for. */
export interface Over {
  /** `ended`: iterators finish. `aborted`: what is there is not handed over either. `failed`: until somebody reads anew. */
  readonly type: 'ended' | 'aborted' | 'failed';
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
  over(): Over | null;
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
  let left = false;
  let leave: (() => void) | undefined;

  function settle(): void {
    for (;;) {
      const first = waiting[0];
      const over = reader.over();
      const value = !first || left || over?.type === 'aborted' ? undefined : reader.take(place);
      if (!first || (!value && !left && !over)) return;
      waiting.shift();
      if (value) first.resolve({ done: false, value });
      else if (left || over?.type === 'ended') first.resolve(end);
      else first.reject(over?.reason);
      if (!value) finish();
    }
  }

  function finish(): void {
    left = true;
    leave?.();
  }

  const iterator: AsyncIterableIterator<WatchedUpdate, undefined> = {
    next: () =>
      new Promise((resolve, reject) => {
        waiting.push({ resolve, reject });
        if (!left) leave ??= reader.join(settle, place);
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
    let offs: readonly (() => void)[] = [];
    const check = () => {
      const over = reader.over();
      const done = reader.done();
      if (signal?.aborted) reject(signal.reason);
      else if (done && over?.type !== 'aborted') resolve(done);
      else if (over) reject(over.reason);
      else return false;
      for (const off of offs) off();
      return true;
    };
    // What is known already needs no reading.
    if (check()) return;
    offs = [on(signal, 'abort', check), reader.join(check)];
    check();
  });
