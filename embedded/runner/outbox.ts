import type { Clock } from './clock.ts';
import { sleep } from './clock.ts';

/** First and longest pause before an item whose emission failed is tried again, in ms. */
const firstPause = 100;
const longestPause = 5_000;

/** Items that may wait while more are made. */
const fewItems = 16;

export interface Outbox {
  /** Emits after everything pushed before it; resolves once that is durable, or the outbox is halted. */
  push(item: unknown, position: number): Promise<void>;
  /** Resolves when at most `fewItems` wait, or the outbox is halted: whoever makes items waits here, or they pile up. */
  room(): Promise<void>;
  /** Resolves when nothing waits. */
  drained(): Promise<void>;
}

/**
 * Emits one execution's items strictly one after the other. An item is tried until it is taken: giving up would leave a
 * hole. Once `halted` is aborted nothing more is emitted.
 */
export function createOutbox(options: {
  readonly emit: (item: unknown) => Promise<void>;
  readonly acknowledged: (position: number) => void;
  readonly failed: (error: unknown) => void;
  readonly clock: Clock;
  readonly halted: AbortSignal;
}): Outbox {
  const { emit, acknowledged, failed, clock, halted } = options;
  let tail: Promise<void> = Promise.resolve();
  let waiting = 0;
  const makers: (() => void)[] = [];

  function gone(): void {
    waiting -= 1;
    if (waiting > fewItems) return;
    for (const go of makers.splice(0)) go();
  }

  async function deliver(item: unknown, position: number): Promise<void> {
    for (let pause = firstPause; !halted.aborted; pause = Math.min(pause * 2, longestPause)) {
      try {
        await emit(item);
        if (!halted.aborted) acknowledged(position);
        return;
      } catch (error) {
        if (halted.aborted) return;
        failed(error);
        await sleep(clock, pause, halted).catch(() => undefined);
      }
    }
  }

  return {
    push(item, position) {
      waiting += 1;
      tail = tail.then(() => deliver(item, position)).finally(gone);
      return tail;
    },
    room: () => (waiting <= fewItems ? Promise.resolve() : new Promise((resolve) => void makers.push(resolve))),
    drained: () => tail,
  };
}
