/** Counts what each owner has at a time. */
export interface Tally {
  readonly hasRoom: (owner: string) => boolean;
  /** False when the owner has all it may have; then nothing is counted. */
  readonly take: (owner: string) => boolean;
  readonly give: (owner: string) => void;
}

/** @param max What one owner may have at a time. */
export function createTally(max: number): Tally {
  const counts = new Map<string, number>();
  const hasRoom = (owner: string): boolean => (counts.get(owner) ?? 0) < max;
  return {
    hasRoom,
    take(owner) {
      if (!hasRoom(owner)) return false;
      counts.set(owner, (counts.get(owner) ?? 0) + 1);
      return true;
    },
    give(owner) {
      const left = (counts.get(owner) ?? 1) - 1;
      if (left > 0) counts.set(owner, left);
      else counts.delete(owner);
    },
  };
}
