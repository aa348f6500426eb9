/** Bounds how many executions work at once; the others wait in order. */
export interface Slots {
  /** Resolves with the function that gives the slot back. Rejects with the signal's reason when aborted before. */
  take(signal: AbortSignal): Promise<() => void>;
}

export function createSlots(most: number): Slots {
  let free = most;
  const waiting = new Set<() => void>();

  function give(): void {
    const [next] = waiting;
    if (next === undefined) free += 1;
    else next();
  }
  function once(): () => void {
    let given = false;
    return () => {
      if (given) return;
      given = true;
      give();
    };
  }

  return {
    take(signal) {
      if (signal.aborted) return Promise.reject(signal.reason);
      if (free > 0) {
        free -= 1;
        return Promise.resolve(once());
      }
      return new Promise((resolve, reject) => {
        const onAbort = (): void => {
          waiting.delete(onTurn);
          reject(signal.reason);
        };
        const onTurn = (): void => {
          waiting.delete(onTurn);
          signal.removeEventListener('abort', onAbort);
          resolve(once());
        };
        waiting.add(onTurn);
        signal.addEventListener('abort', onAbort, { once: true });
      });
    },
  };
}
