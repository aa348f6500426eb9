import type { Update } from '../../core/contract.ts';

export interface UpdateStream {
  readonly push: (update: Update) => void;
  readonly iterator: AsyncIterableIterator<Update>;
}

/** The usual queue between a publisher and an async iterator, as small as it can be. */
export function createUpdateStream(onEnd: () => void): UpdateStream {
  const done: IteratorReturnResult<undefined> = { value: undefined, done: true };
  const waiting: Update[] = [];
  let wake: ((result: IteratorResult<Update>) => void) | null = null;
  let over = false;
  const iterator: AsyncIterableIterator<Update> = {
    next() {
      const value = waiting.shift();
      if (value) return Promise.resolve({ value, done: false });
      if (over) return Promise.resolve(done);
      return new Promise((resolve) => {
        wake = resolve;
      });
    },
    return() {
      over = true;
      onEnd();
      wake?.(done);
      return Promise.resolve(done);
    },
    [Symbol.asyncIterator]: () => iterator,
  };
  return {
    push(value) {
      if (!wake) return void waiting.push(value);
      const resolve = wake;
      wake = null;
      resolve({ value, done: false });
    },
    iterator,
  };
}
