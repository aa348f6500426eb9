/**
 * Runs `work` for all items, at most `width` at a time, one of each group in turn, so that a group with much to do is no
 * obstacle to the others (G8). `work` must not reject.
 */
export async function inTurns<T>(
  items: readonly T[],
  groupOf: (item: T) => string,
  width: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const seen = new Map<string, number>();
  const rounds = items.map((item) => {
    const round = seen.get(groupOf(item)) ?? 0;
    seen.set(groupOf(item), round + 1);
    return { item, round };
  });
  const queue = rounds.sort((a, b) => a.round - b.round).values();
  await Promise.all(
    Array.from({ length: Math.min(width, items.length) }, async () => {
      for (const { item } of queue) await work(item);
    }),
  );
}
