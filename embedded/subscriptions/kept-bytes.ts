import type { Account } from '../../handlers/admission/account.ts';
import type { Selection } from '../../handlers/graphql/selections.ts';

/** What is kept of one subscription. */
export interface Kept {
  /** Bytes of its own. */
  readonly bytes: number;
  /** Shared with others; null where there is none. */
  readonly selection: Selection | null;
}

export interface KeptLimits {
  readonly keptBytesPerKey: number;
  readonly keptBytesPerTenant: number;
  readonly keptBytes: number;
}

/** Counts the memory that subscriptions take: per caller, per tenant, in all. A selection counts once for each of them. */
export interface KeptBytes {
  /** False when one of them has all it may have; then nothing is counted. */
  readonly take: (account: Account, kept: Kept) => boolean;
  /** To be called once for each that was taken. */
  readonly give: (account: Account, kept: Kept) => void;
  /** In all. */
  readonly bytes: () => number;
}

/** What one of them has. */
interface Sum {
  bytes: number;
  /** With how many subscriptions each is held. */
  readonly selections: Map<Selection, number>;
}

export function createKeptBytes(limits: KeptLimits): KeptBytes {
  const sums = new Map<string, Sum>();
  const all = 'all';

  const boundsOf = ({ caller, tenant }: Account): readonly (readonly [name: string, limit: number])[] => [
    [`caller ${caller}`, limits.keptBytesPerKey],
    [`tenant ${tenant}`, limits.keptBytesPerTenant],
    [all, limits.keptBytes],
  ];

  const fits = (name: string, { bytes, selection }: Kept, limit: number): boolean => {
    const sum = sums.get(name);
    const shared = selection === null || sum?.selections.has(selection) ? 0 : selection.bytes;
    return (sum?.bytes ?? 0) + bytes + shared <= limit;
  };

  const add = (name: string, { bytes, selection }: Kept): void => {
    const sum = sums.get(name) ?? { bytes: 0, selections: new Map() };
    sums.set(name, sum);
    sum.bytes += bytes;
    if (selection === null) return;
    const held = sum.selections.get(selection) ?? 0;
    if (held === 0) sum.bytes += selection.bytes;
    sum.selections.set(selection, held + 1);
  };

  const subtract = (name: string, { bytes, selection }: Kept): void => {
    const sum = sums.get(name);
    if (!sum) return;
    sum.bytes -= bytes;
    if (selection !== null) {
      const held = sum.selections.get(selection) ?? 0;
      if (held > 1) sum.selections.set(selection, held - 1);
      else if (sum.selections.delete(selection)) sum.bytes -= selection.bytes;
    }
    if (sum.bytes === 0) sums.delete(name);
  };

  return {
    take(account, kept) {
      const bounds = boundsOf(account);
      if (!bounds.every(([name, limit]) => fits(name, kept, limit))) return false;
      for (const [name] of bounds) add(name, kept);
      return true;
    },
    give(account, kept) {
      for (const [name] of boundsOf(account)) subtract(name, kept);
    },
    bytes: () => sums.get(all)?.bytes ?? 0,
  };
}
