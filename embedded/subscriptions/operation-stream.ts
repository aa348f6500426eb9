/**
 * The results of one operation, as graphql-ws waits for them: at most one (a query's), or none ever (a subscription's,
 * because the hub writes those to the socket itself). It is an iterator even for a query, so that graphql-ws can end it
 * when the client completes: an answer that comes later must not be taken for that of a newer operation with the same id.
 *
 * @param source The one result; null for none.
 * @param onEnd Called once, when it is over: ended by the client, by the socket's end, or after its one result.
 */
export function createOperationStream<T>(source: Promise<T> | null, onEnd: () => void): AsyncIterableIterator<T> {
  const done: IteratorReturnResult<undefined> = { value: undefined, done: true };
  const ended = Promise.withResolvers<IteratorReturnResult<undefined>>();
  let over = false;
  let pending = source;

  const end = (): void => {
    if (over) return;
    over = true;
    ended.resolve(done);
    onEnd();
  };

  const stream: AsyncIterableIterator<T> = {
    next() {
      if (over || pending === null) {
        if (source !== null) end();
        return ended.promise;
      }
      const result = pending.then((value): IteratorResult<T> => ({ value, done: false }));
      pending = null;
      return Promise.race([result, ended.promise]);
    },
    return() {
      end();
      return ended.promise;
    },
    [Symbol.asyncIterator]: () => stream,
  };
  return stream;
}
