import type { Account } from './account.ts';

/** The most that there may be at a time; a bound that is left out is none. */
export interface TallyBounds {
  readonly caller: number;
  readonly pool?: number;
  readonly tenant?: number;
  readonly all?: number;
}

/** Counts what each caller has at a time, and what its pool, its tenant and all have together: places, or bytes. */
export interface Tally {
  readonly hasRoom: (account: Account, amount?: number) => boolean;
  /** False when that would be more than any bound; then nothing is counted. */
  readonly take: (account: Account, amount?: number) => boolean;
  /** Gives back what was taken: with the same account, and the same amount in all. */
  readonly give: (account: Account, amount?: number) => void;
  /** What all have together. */
  readonly total: () => number;
}

export function createTally(bounds: TallyBounds): Tally {
  const held = {
    caller: new Map<string, number>(),
    pool: new Map<string, number>(),
    tenant: new Map<string, number>(),
  };
  const levels = ['caller', 'pool', 'tenant'] as const;
  let total = 0;

  const hasRoom = (account: Account, amount = 1): boolean =>
    total + amount <= (bounds.all ?? Infinity) &&
    levels.every((level) => {
      const name = account[level];
      return name === null || (held[level].get(name) ?? 0) + amount <= (bounds[level] ?? Infinity);
    });

  const add = (account: Account, amount: number): void => {
    total += amount;
    for (const level of levels) {
      const name = account[level];
      if (name === null) continue;
      const sum = (held[level].get(name) ?? 0) + amount;
      if (sum > 0) held[level].set(name, sum);
      else held[level].delete(name);
    }
  };

  return {
    hasRoom,
    take(account, amount = 1) {
      if (!hasRoom(account, amount)) return false;
      add(account, amount);
      return true;
    },
    give: (account, amount = 1) => add(account, -amount),
    total: () => total,
  };
}
