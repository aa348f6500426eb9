import type { Cancel, Clock } from './clock.ts';

/** Asks every member once per period. */
export interface KeepAlive<Member> {
  readonly add: (member: Member) => void;
  /** Harmless when it is none. */
  readonly remove: (member: Member) => void;
  readonly stop: Cancel;
}

/** Members are asked in so many portions per period: ten thousand pings at once would hold up deliveries for long. */
const portions = 16;

export function createKeepAlive<Member>(
  clock: Clock,
  periodMs: number,
  ask: (member: Member) => void,
): KeepAlive<Member> {
  const slots = Array.from({ length: portions }, () => new Set<Member>());
  let added = 0;
  let turn = 0;
  const stop = clock.every(periodMs / portions, () => {
    for (const member of slots[turn % portions] ?? []) ask(member);
    turn += 1;
  });
  return {
    add(member) {
      slots[added % portions]?.add(member);
      added += 1;
    },
    remove(member) {
      for (const slot of slots) if (slot.delete(member)) return;
    },
    stop,
  };
}
