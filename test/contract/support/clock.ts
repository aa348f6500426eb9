import type { Timers } from '../../../client-sdk/src/index.ts';
import { seededRandom } from '../../support/seeded-random.ts';

/** One turn of the real event loop's clock. */
const turnMs = 5;

/**
 * The time of one client. It runs by turns of the event loop, not by the wall clock: on a busy machine nothing times out
 * sooner. It stands still while an answer is on its way through the proxy, so only what really waits sees time pass.
 */
export interface Clock extends Timers {
  /** What has passed for the client, in ms. */
  elapsed(): number;
  /** An answer is on its way. Returns how to say that it came, or never will. */
  busy(): () => void;
  /** It was set wrong all along: so much behind the service's. Before anything waits for it. */
  setBack(ms: number): void;
  /** The next turn, whether time passes in it or not. */
  turn(): Promise<void>;
  /** The client sleeps: nothing fires, until `wake` has let this long pass at once. */
  sleep(): void;
  wake(afterMs: number): void;
  stop(): void;
}

interface Timer {
  readonly run: () => void;
  readonly at: number;
}

/**
 * @param seed Decides all chance of the client.
 * @param pace What passes for the client in a turn, in turns. Default 50: a service that is slower to push needs less.
 */
export function createClock(seed: string, pace = 50): Clock {
  let startedAt = Date.now();
  const timers = new Map<number, Timer>();
  const random = createRandom(seed);
  let now = startedAt;
  let next = 1;
  let onTheWay = 0;
  let asleep = false;

  function advance(ms: number): void {
    const until = now + ms;
    for (;;) {
      const due = [...timers].filter(([, { at }]) => at <= until).sort(([, a], [, b]) => a.at - b.at)[0];
      if (!due) break;
      timers.delete(due[0]);
      now = Math.max(now, due[1].at);
      due[1].run();
      // What it started goes first, as it would if time passed by itself.
      if (onTheWay > 0) return;
    }
    now = until;
  }

  let turned = Promise.withResolvers<void>();
  const pump = setInterval(() => {
    if (!asleep && onTheWay === 0) advance(turnMs * pace);
    turned.resolve();
    turned = Promise.withResolvers();
  }, turnMs);

  return {
    setTimeout(run, ms) {
      timers.set(next, { run, at: now + Math.max(0, ms) });
      return next++;
    },
    clearTimeout: (handle) => {
      timers.delete(handle as number);
    },
    now: () => now,
    random,
    elapsed: () => now - startedAt,
    busy() {
      onTheWay += 1;
      let over = false;
      return () => {
        if (!over) onTheWay -= 1;
        over = true;
      };
    },
    setBack(ms) {
      startedAt -= ms;
      now -= ms;
    },
    turn: () => turned.promise,
    sleep() {
      asleep = true;
    },
    wake(afterMs) {
      // As engines do it: the clock has moved on, and each overdue timer fires once, late.
      now += afterMs;
      asleep = false;
    },
    stop: () => clearInterval(pump),
  };
}

/** By a hash of the seed (FNV-1a): the same cell draws the same numbers every time. */
export const createRandom = (seed: string): (() => number) =>
  seededRandom(
    [...seed].reduce((hash, character) => Math.imul(hash ^ character.charCodeAt(0), 16_777_619), 2_166_136_261),
  );
