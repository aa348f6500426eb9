import { expect, it } from 'vitest';
import { createTurnstile } from '../../handlers/turnstile.ts';

it('lets one through in each turn, in the order of their coming', async () => {
  const turns: PromiseWithResolvers<void>[] = [];
  const turnstile = createTurnstile(() => {
    const turn = Promise.withResolvers<void>();
    turns.push(turn);
    return turn.promise;
  });
  const passed: string[] = [];
  for (const name of ['a', 'b', 'c']) void turnstile.pass().then(() => passed.push(name));
  const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  for (const so of [[], ['a'], ['a', 'b'], ['a', 'b', 'c']]) {
    await settled();
    expect(passed).toEqual(so);
    turns.at(-1)?.resolve();
  }
});
