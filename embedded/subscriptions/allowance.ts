/** What is left of a token bucket: the least that has to be kept per connection. */
export interface Allowance {
  left: number;
  /** When that was so, epoch milliseconds. */
  at: number;
}

export interface AllowanceRule {
  /** At once. */
  readonly messageBurst: number;
  /** How fast it comes back. */
  readonly messagesPerSecond: number;
}

/** Takes one out; false when the allowance is used up. */
export function spend(allowance: Allowance, rule: AllowanceRule, now: number): boolean {
  // A clock that was set back gives nothing, and takes nothing away.
  const seconds = Math.max(0, now - allowance.at) / 1_000;
  allowance.left = Math.min(rule.messageBurst, allowance.left + seconds * rule.messagesPerSecond);
  allowance.at = now;
  if (allowance.left < 1) return false;
  allowance.left -= 1;
  return true;
}
