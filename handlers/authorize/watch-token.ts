import { createSecretKey, type KeyObject } from 'node:crypto';
import { jwtVerify, SignJWT } from 'jose';
import type { Caller, WatchGrant } from '../../core/access.ts';
import { fromClaim, maxNamedExecutions, toClaim } from './grant-claim.ts';

/** Watch tokens (S28): 15 minutes unless asked otherwise, 24 hours at most. */
export const defaultTokenSeconds = 900;
export const maxTokenSeconds = 86_400;
/** Fits AppSync's authorization token, of at most 2,048 characters, with the `sw_` before it there (S28, S29). */
export const maxTokenLength = 2_045;

/** HS256 wants a secret at least as long as its hash (RFC 7518 §3.2). */
const minSecretBytes = 32;
const audience = 'statuswire:watch';

export type Minted =
  | { readonly type: 'minted'; readonly token: string /** Epoch milliseconds. */; readonly expiresAt: number }
  | { readonly type: 'refused'; readonly reason: string };

export interface WatchTokens {
  mint(caller: Caller, grant: WatchGrant, ttlSeconds?: number): Promise<Minted>;
  /** null when it is forged, expired, for somebody else, or no token at all. */
  verify(token: string): Promise<Caller | null>;
}

/**
 * Signs and checks watch tokens: JWT, HS256, claims `iss`, `aud`, `iat`, `exp`, `tenant`, `grant`, and
 * `kid`, the id of the API key that made it, whose pool it counts for. The first secret signs and all verify, so a secret
 * is changed by putting the new one in front and dropping the old one a day later. Throws when there is no secret or one
 * is shorter than 32 bytes.
 */
export function createWatchTokens(secrets: readonly Uint8Array[], now: () => number, issuer: string): WatchTokens {
  if (secrets.some((secret) => secret.length < minSecretBytes)) {
    throw new RangeError(`A token secret needs at least ${minSecretBytes} bytes.`);
  }
  const keys = secrets.map((secret) => createSecretKey(secret));
  const [signingKey] = keys;
  if (!signingKey) throw new RangeError('At least one token secret is needed.');

  return {
    async mint(caller, grant, ttlSeconds = defaultTokenSeconds) {
      if (caller.type !== 'key') return { type: 'refused', reason: 'Only an API key can make watch tokens.' };
      const reason = refusal(grant, ttlSeconds);
      if (reason !== null) return { type: 'refused', reason };
      const issuedAt = Math.floor(now() / 1_000);
      const token = await new SignJWT({ tenant: caller.tenant, kid: caller.keyId, grant: toClaim(grant) })
        .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
        .setIssuer(issuer)
        .setAudience(audience)
        .setIssuedAt(issuedAt)
        .setExpirationTime(issuedAt + ttlSeconds)
        .sign(signingKey);
      if (token.length > maxTokenLength) {
        return { type: 'refused', reason: `The names are too long for one token of ${maxTokenLength} characters.` };
      }
      return { type: 'minted', token, expiresAt: (issuedAt + ttlSeconds) * 1_000 };
    },

    async verify(token) {
      for (const key of keys) {
        const caller = await verifyWith(key, token, now(), issuer);
        if (caller) return caller;
      }
      return null;
    },
  };
}

/** A token cannot beget tokens: it would outlive its own expiry. */
function refusal(grant: WatchGrant, ttlSeconds: number): string | null {
  if (!Number.isInteger(ttlSeconds) || ttlSeconds < 1 || ttlSeconds > maxTokenSeconds) {
    return `A watch token lives 1 to ${maxTokenSeconds} seconds.`;
  }
  if (grant.type === 'workflow') return null;
  const count = grant.executions.length;
  return count < 1 || count > maxNamedExecutions ? `A watch token names 1 to ${maxNamedExecutions} executions.` : null;
}

async function verifyWith(key: KeyObject, token: string, now: number, issuer: string): Promise<Caller | null> {
  try {
    const { payload } = await jwtVerify(token, key, {
      algorithms: ['HS256'],
      issuer,
      audience,
      currentDate: new Date(now),
    });
    const grant = fromClaim(payload.grant);
    const { tenant, exp, kid } = payload;
    if (!grant || typeof tenant !== 'string' || tenant === '' || exp === undefined) return null;
    const expiresAt = exp * 1_000;
    return { type: 'token', tenant, grant, expiresAt, ...(typeof kid === 'string' && { keyId: kid }) };
  } catch {
    // jose throws for every kind of bad token; which kind is nobody's business outside.
    return null;
  }
}
