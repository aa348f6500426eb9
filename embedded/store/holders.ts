import { nameOf } from '../../core/name-of.ts';
import type { DeliveryKey } from '../../core/ports.ts';

/** A clock that is set back by less ends no lease. */
const backMs = 1_000;

/** Who works on a delivery cursor. */
export interface Held {
  readonly token: string;
  /** Epoch milliseconds. */
  readonly takenAt: number;
  /** A holder that has not let go by then counts as dead. Epoch milliseconds. */
  leaseUntil: number;
  /** The earliest wake during the claim. */
  wokenAt: number | null;
  /** Its release is in a transaction that is not committed yet. */
  released: boolean;
}

/** The claims of this process. */
export interface Holders {
  of(key: DeliveryKey): Held | undefined;
  /** `now` null: whatever the time. A clock that shows less than when it was taken was set back, and ends the lease. */
  isHeld(key: DeliveryKey, now: number | null): boolean;
  take(key: DeliveryKey, held: Held): void;
  /** Only if it is still this one's. */
  drop(key: DeliveryKey, held: Held): void;
  size(): number;
  /** When the first lease ends; null when nothing is held. */
  firstEnd(): number | null;
}

export function holders(): Holders {
  const byName = new Map<string, Held>();
  const name = (key: DeliveryKey): string => `${key.endpointId.length}:${key.endpointId}${nameOf(key)}`;
  return {
    of: (key) => byName.get(name(key)),
    isHeld(key, now) {
      const holder = byName.get(name(key));
      return holder !== undefined && (now === null || (holder.takenAt <= now + backMs && holder.leaseUntil > now));
    },
    take: (key, held) => void byName.set(name(key), held),
    drop(key, held) {
      if (byName.get(name(key)) === held) byName.delete(name(key));
    },
    size: () => byName.size,
    firstEnd: () => (byName.size > 0 ? Math.min(...[...byName.values()].map(({ leaseUntil }) => leaseUntil)) : null),
  };
}
