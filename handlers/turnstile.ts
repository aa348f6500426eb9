import { setImmediate as nextTurn } from 'node:timers/promises';

/** Lets through one at a time. */
export interface Turnstile {
  /** Resolves in a turn of the event loop that nobody else passes in, first come, first served. */
  readonly pass: () => Promise<void>;
}

/**
 * Spreads pieces of long work of different requests over turns of the event loop: a hundred that are ready at once would
 * stop everybody else as long as one that is a hundred times as long.
 *
 * @param letOthers Waits for the next turn.
 */
export function createTurnstile(letOthers: () => Promise<unknown> = () => nextTurn()): Turnstile {
  let last: Promise<unknown> = Promise.resolve();
  return {
    pass() {
      const passed = last.then(letOthers);
      last = passed;
      return passed.then(() => undefined);
    },
  };
}
