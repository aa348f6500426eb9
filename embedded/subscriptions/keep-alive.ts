import type { Cancel, Clock } from './clock.ts';

/** Asks every member once per period. */
export interface KeepAlive {
  readonly add: (probe: () => void) => Cancel;
  readonly stop: Cancel;
}

/** Members are asked in so many portions per period: ten thousand pings at once would hold up deliveries for long. */
const portions = 16;

export function createKeepAlive(clock: Clock, periodMs: number): KeepAlive {
  const slots = Array.from({ length: portions }, () => new Set<() => void>());
  let added = 0;
  let turn = 0;
  const stop = clock.every(periodMs / portions, () => {
    for (const probe of slots[turn % portions] ?? []) probe();
    turn += 1;
  });
  return {
    add(probe) {
      const slot = slots[added % portions];
      added += 1;
      slot?.add(probe);
      return () => slot?.delete(probe);
    },
    stop,
  };
}
