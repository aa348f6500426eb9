import { expect, it } from 'vitest';
import { createTurns } from '../../handlers/turns.ts';

it('long work lets the others have a turn after each stretch, and not before', async () => {
  let time = 0;
  let turns = 0;
  const letOthers = async (): Promise<void> => {
    turns += 1;
    time += 500;
  };
  const pause = createTurns({ stretchMs: 10, clock: () => time, letOthers });
  const seen: number[] = [];
  for (const work of [4, 5, 1, 9, 1, 30, 0]) {
    time += work;
    await pause();
    seen.push(turns);
  }
  // What the others took does not count as work.
  expect(seen).toEqual([0, 0, 1, 1, 2, 3, 3]);
});

it('by itself waits for a real turn of the event loop', async () => {
  const order: string[] = [];
  setImmediate(() => order.push('another'));
  await createTurns({ stretchMs: 0 })();
  order.push('the work');
  expect(order).toEqual(['another', 'the work']);
});
