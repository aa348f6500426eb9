/** Shares the event loop among executions and everything else that runs in this process. */
export interface Turns {
  /**
   * To be awaited before each piece of work. Resolves at once while this pass of the event loop has time left and nobody
   * waits; else in order of arrival, in a later pass.
   */
  take(): Promise<void>;
}

export interface TurnsOptions {
  /** Milliseconds of a monotonic clock. */
  readonly now?: () => number;
  /** Runs something in the check phase of the event loop, after its I/O. */
  readonly later?: (callback: () => void) => void;
  /** Milliseconds that executions together may work in one pass. @default 10 */
  readonly sliceMs?: number;
}

/** Turns given in one pass at most; what each of them does is known only when it is over. */
const mostAtOnce = 32;

/**
 * Promises alone never let I/O, timers or signals in: a loop of states that wait for nothing would keep the process from
 * everything else. Here each state asks for a turn, and once a pass of the event loop has worked for its slice the next
 * ones wait until whatever else is due has been served.
 */
export function createTurns({
  now = () => performance.now(),
  later = (callback) => void setImmediate(callback),
  sliceMs = 10,
}: TurnsOptions = {}): Turns {
  const waiting: (() => void)[] = [];
  /** When this pass began to work; null before. */
  let begun: number | null = null;

  function hasTime(): boolean {
    if (begun === null) {
      begun = now();
      later(endPass);
    }
    return now() - begun < sliceMs;
  }
  function endPass(): void {
    begun = null;
    // Each in a callback of its own, so that one has done its work before the next is let go.
    for (let left = Math.min(waiting.length, mostAtOnce); left > 0; left -= 1) later(giveOne);
  }
  function giveOne(): void {
    if (hasTime()) waiting.shift()?.();
  }

  return {
    take: () =>
      hasTime() && waiting.length === 0 ? Promise.resolve() : new Promise((resolve) => void waiting.push(resolve)),
  };
}
