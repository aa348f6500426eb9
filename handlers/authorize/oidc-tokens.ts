import { decodeJwt, jwtVerify } from 'jose';
import type { Caller } from '../../core/access.ts';
import type { OidcConfig } from '../../core/oidc.ts';
import { callerOfClaims, clockToleranceSeconds } from '../../core/oidc-claims.ts';
import { isUnavailable } from '../../core/unavailable.ts';
import { createIssuerKeys, type IssuerKeysOptions } from './issuer-keys.ts';

/**
 * Longest token of a company's own, in characters: such tokens usually have 1 to 2 KB. It fits the 10,240 bytes that API
 * Gateway takes for all headers, and the 16 KiB of the embedded server also in the base64 of AppSync's handshake.
 */
export const maxOidcTokenLength = 8_192;

/** Asymmetric ones only: a public key must never do as a shared secret (RFC 8725 §2.1, §3.1). */
const algorithms = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];
/** Of ID tokens and of access tokens (RFC 9068 §2.1); a logout token, say, is no credential (RFC 8725 §3.11). */
const types: readonly unknown[] = [undefined, 'jwt', 'at+jwt', 'application/at+jwt'];

export interface OidcTokensOptions extends IssuerKeysOptions {
  /** As `readOidcConfig` takes it. */
  readonly config: OidcConfig;
}

export interface OidcTokens {
  /** Does a token say that it is from the configured issuer? Nothing is verified: it decides only who verifies. */
  claims(token: string): boolean;
  /**
   * The caller that the token makes; null when it is not good or does not say enough. Rejects with `unavailable` while the
   * issuer's keys cannot be had.
   */
  verify(token: string): Promise<Caller | null>;
}

/**
 * Tokens of a company's own OpenID Connect issuer as credentials (design §8): signed by one of its keys with an asymmetric
 * algorithm, for our audience, with `sub` and `exp`. They may read what their claims say, and nothing else.
 */
export function createOidcTokens({ config, ...options }: OidcTokensOptions): OidcTokens {
  const { issuer } = config;
  const { now } = options;
  const keys = createIssuerKeys({ config, ...options });
  const audience = [config.audience].flat();
  return {
    claims(token) {
      try {
        return token.length <= maxOidcTokenLength && decodeJwt(token).iss === issuer;
      } catch {
        return false;
      }
    },
    async verify(token) {
      try {
        const { payload, protectedHeader } = await jwtVerify(token, keys, {
          ...{ algorithms, issuer, audience, requiredClaims: ['exp', 'sub'] },
          clockTolerance: clockToleranceSeconds,
          currentDate: new Date(now()),
        });
        if (!types.includes(protectedHeader.typ?.toLowerCase())) return null;
        return callerOfClaims(config, payload, now());
      } catch (error) {
        if (isUnavailable(error)) throw error;
        // jose throws for every kind of bad token; which kind is nobody's business outside.
        return null;
      }
    },
  };
}
