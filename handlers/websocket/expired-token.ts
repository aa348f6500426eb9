import { decodeJwt } from 'jose';

/**
 * When a credential that was refused expired, epoch milliseconds; null when that is not why. Nothing is verified: it
 * decides only how the caller hears of the refusal.
 */
export function expiryOf(credential: unknown, now: number): number | null {
  if (typeof credential !== 'string') return null;
  try {
    const { exp } = decodeJwt(credential.replace(/^(?:Bearer +)?(?:sw_)?/i, ''));
    const at = Math.floor((exp ?? Number.NaN) * 1_000);
    return at > 0 && at <= now ? at : null;
  } catch {
    return null;
  }
}
