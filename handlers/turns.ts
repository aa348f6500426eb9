import { setImmediate as nextTurn } from 'node:timers/promises';

export interface TurnsOptions {
  /** Milliseconds of work at a stretch. @default 10 */
  readonly stretchMs?: number;
  /** Milliseconds that only go forward. @default performance.now */
  readonly clock?: () => number;
  /** @default a turn of the event loop */
  readonly letOthers?: () => Promise<unknown>;
}

/**
 * Keeps long work from stopping everybody else: called between its pieces, it waits for a turn of the event loop whenever
 * the work has gone on for a while.
 */
export function createTurns(options: TurnsOptions = {}): () => Promise<void> | undefined {
  const { stretchMs = 10, clock = () => performance.now(), letOthers = nextTurn } = options;
  let begun = clock();
  return () => {
    if (clock() - begun < stretchMs) return undefined;
    return letOthers().then(() => {
      begun = clock();
    });
  };
}
