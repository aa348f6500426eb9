/** What happens to pushes between the service and its clients. */
export interface PushFaults<T> {
  /** Loses the next `count` pushes. */
  drop(count?: number): void;
  /** Delivers each of the next `count` pushes twice. */
  duplicate(count?: number): void;
  /** Keeps the next `count` pushes and delivers them together, the last one first. */
  reorder(count?: number): void;
  /** Takes a push on its way. */
  pass(item: T): void;
}

/** @param deliver what comes through */
export function createPushFaults<T>(deliver: (item: T) => void): PushFaults<T> {
  let drops = 0;
  let duplicates = 0;
  let kept: { readonly items: T[]; readonly size: number } | null = null;

  return {
    drop(count = 1) {
      drops += count;
    },
    duplicate(count = 1) {
      duplicates += count;
    },
    reorder(count = 2) {
      kept = { items: kept?.items ?? [], size: count };
    },
    pass(item) {
      if (drops > 0) {
        drops--;
        return;
      }
      kept?.items.push(item);
      if (kept && kept.items.length < kept.size) return;
      const items = kept ? kept.items.toReversed() : [item];
      kept = null;
      for (const each of items) {
        deliver(each);
        if (duplicates <= 0) continue;
        duplicates--;
        deliver(each);
      }
    },
  };
}
