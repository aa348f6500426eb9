/** One preference: a token, and perhaps a value, quoted or not (RFC 7240 §2). */
const waitPreference = /^\s*wait\s*=\s*(?:"(\d{1,9})"|(\d{1,9}))\s*(?:;|$)/i;

/**
 * The `wait` of a `Prefer` header in seconds (RFC 7240 §4.3), at most `max`; null when there is none, or one that cannot
 * be read: a preference is never a reason to refuse. The first one counts (§2).
 */
export function preferredWait(prefer: string | undefined, max: number): number | null {
  for (const preference of prefer?.split(',') ?? []) {
    const [, quoted, bare] = waitPreference.exec(preference) ?? [];
    const seconds = quoted ?? bare;
    if (seconds !== undefined) return Math.min(Number(seconds), max);
  }
  return null;
}
