import { expect, it } from 'vitest';
import { createOperationStream } from '../../../embedded/subscriptions/operation-stream.ts';

const done = { value: undefined, done: true };

it('a query gives its one result and ends', async () => {
  let ends = 0;
  const stream = createOperationStream(Promise.resolve(1), () => ends++);
  expect(await stream.next()).toEqual({ value: 1, done: false });
  expect(ends).toBe(0);
  expect(await stream.next()).toEqual(done);
  expect(ends).toBe(1);
});

it('a query that was completed before its result came never gives it: its id may belong to another by then', async () => {
  const result = Promise.withResolvers<number>();
  let ends = 0;
  const stream = createOperationStream(result.promise, () => ends++);
  const next = stream.next();
  await stream.return?.();
  result.resolve(1);
  expect(await next).toEqual(done);
  await stream.return?.();
  expect(ends).toBe(1);
});

it('a subscription gives nothing and ends only when it is ended', async () => {
  const stream = createOperationStream<never>(null, () => {});
  const next = stream.next();
  const stillWaiting = Symbol('still waiting');
  expect(await Promise.race([next, new Promise((resolve) => setImmediate(resolve, stillWaiting))])).toBe(stillWaiting);
  await stream.return?.();
  expect(await next).toEqual(done);
});
