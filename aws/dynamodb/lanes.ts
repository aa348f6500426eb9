/**
 * Runs `work` for all items at once, at most `width` at a time; those that share a lane one after the other, in order.
 * Settles when nothing runs any more; rejects with the first error in the order of the items.
 */
export async function inLanes<T, R>(
  items: readonly T[],
  lanesOf: (item: T) => readonly string[],
  width: number,
  work: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  const ends = new Map<string, Promise<unknown>>();
  const gate = createGate(width);
  const runs = items.map((item) => {
    const lanes = lanesOf(item);
    const before = lanes.map((lane) => ends.get(lane));
    const run = Promise.all(before).then(() => gate(() => work(item)));
    const end = run.catch(() => undefined);
    for (const lane of lanes) ends.set(lane, end);
    return run;
  });
  const outcomes = await Promise.allSettled(runs);
  return outcomes.map((outcome) => {
    if (outcome.status === 'rejected') throw outcome.reason;
    return outcome.value;
  });
}

/** The same for items that have nothing to do with each other. */
export function atOnce<T, R>(items: readonly T[], width: number, work: (item: T) => Promise<R>): Promise<readonly R[]> {
  return inLanes(items, () => [], width, work);
}

function createGate(width: number) {
  const waiting: (() => void)[] = [];
  let free = width;
  return async <R>(work: () => Promise<R>): Promise<R> => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => void waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free += 1;
    }
  };
}
