/** Something that has bytes waiting for a reader. */
export interface Behind {
  /** Bytes that wait, in our memory. */
  readonly waitingBytes: number;
  /** Ends it at once, and forgets what waits. */
  readonly cut: () => void;
}

/** Bounds what waits for all readers together. */
export interface Backlog {
  /** Has something left after a write. */
  readonly add: (member: Behind) => void;
  readonly remove: (member: Behind) => void;
  /** Cuts those furthest behind until the rest fits. To be called once per tick: it looks at all that are behind. */
  readonly relieve: () => void;
  /** Bytes that wait, now. */
  readonly bytes: () => number;
}

export function createBacklog(limit: number): Backlog {
  const behind = new Set<Behind>();

  const measure = (): number => {
    let sum = 0;
    for (const member of behind) {
      if (member.waitingBytes === 0) behind.delete(member);
      sum += member.waitingBytes;
    }
    return sum;
  };

  return {
    add: (member) => void behind.add(member),
    remove: (member) => void behind.delete(member),
    bytes: measure,
    relieve() {
      if (behind.size === 0) return;
      let sum = measure();
      if (sum <= limit) return;
      for (const member of [...behind].sort((one, other) => other.waitingBytes - one.waitingBytes)) {
        if (sum <= limit) return;
        sum -= member.waitingBytes;
        member.cut();
      }
    },
  };
}
