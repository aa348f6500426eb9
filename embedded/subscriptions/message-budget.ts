/**
 * A token bucket: `burst` messages at once, refilled at `perSecond`.
 *
 * @param now Epoch milliseconds.
 */
export function createMessageBudget(burst: number, perSecond: number, now: () => number): { take: () => boolean } {
  let left = burst;
  let at = now();
  return {
    /** False when the allowance is used up. */
    take() {
      const time = now();
      left = Math.min(burst, left + (Math.max(0, time - at) / 1_000) * perSecond);
      at = time;
      if (left < 1) return false;
      left -= 1;
      return true;
    },
  };
}
