import { type Caller, parseApiKey } from '../../core/access.ts';
import type { Keys } from '../../core/ports.ts';
import { secretMatches } from './api-key.ts';
import { createKeyCache } from './key-cache.ts';
import { maxOidcTokenLength, type OidcTokens } from './oidc-tokens.ts';
import { createVerifiedCache } from './verified-cache.ts';
import { createWatchTokens, maxTokenLength, type WatchTokens } from './watch-token.ts';

export interface VerifierOptions {
  readonly keys: Keys;
  /** The first signs, all verify; each at least 32 bytes. */
  readonly tokenSecrets: readonly Uint8Array[];
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** `iss` of watch tokens. @default 'statuswire' */
  readonly issuer?: string;
  /**
   * How long a found API key is remembered, milliseconds: the most a key revoked by another process goes on working.
   * 0 asks the store each time. @default 5000
   */
  readonly keyCacheMs?: number;
  /** Takes a company's own tokens as well. @default none are taken */
  readonly oidc?: OidcTokens | undefined;
}

/** Says who is asking; the same for HTTP, both WebSocket protocols and AppSync's Lambda authorizer (design §8). */
export interface Verifier {
  /**
   * Takes `Bearer X` or bare `X`; X is an API key, or with or without `sw_` before it (S29) a watch token or a company's own
   * token. null for whatever is not good; rejects only when the key store does, or the keys of the company's issuer cannot
   * be had, which stops nobody else.
   */
  verify(credential: string | null | undefined): Promise<Caller | null>;
  /**
   * What `verify` would answer, where that can be told at once: for a credential that was verified a moment ago. null
   * tells nothing.
   */
  remembered(credential: string): Caller | null;
  /** Makes a watch token of the caller's tenant (S28). `ttlSeconds` 1 to 86400. @default 900 */
  readonly mintToken: WatchTokens['mint'];
  /** Call after removing a key, so that this process stops taking it at once. */
  forgetKey(id: string): void;
}

const scheme = /^Bearer +/i;

/** Nearly all are written with one space and a capital; the expression is for the others. */
function bare(credential: string | null | undefined): string {
  if (credential?.startsWith('Bearer ') && credential[7] !== ' ') return credential.slice(7);
  return credential?.replace(scheme, '') ?? '';
}

export function createVerifier(options: VerifierOptions): Verifier {
  const { now, issuer = 'statuswire', keyCacheMs = 5_000, oidc } = options;
  const maxLength = (oidc ? maxOidcTokenLength : maxTokenLength) + 'sw_'.length;
  const cache = createKeyCache(options.keys, now, keyCacheMs);
  const tokens = createWatchTokens(options.tokenSecrets, now, issuer);
  const verified = createVerifiedCache(now, cache.remembered);
  return {
    remembered: (credential) => verified.find(bare(credential)),
    async verify(credential) {
      const text = bare(credential);
      if (text === '' || text.length > maxLength) return null;
      const known = verified.find(text);
      if (known) return known;
      const key = parseApiKey(text);
      // A JWT has dots and an API key has none, so the shapes cannot be mistaken for one another.
      if (!key) {
        const token = text.startsWith('sw_') ? text.slice(3) : text;
        // Not remembered: its key may be withdrawn, and verifying takes a tenth of a millisecond.
        if (oidc?.claims(token)) return oidc.verify(token);
        const caller = token.length > maxTokenLength ? null : await tokens.verify(token);
        if (caller) verified.add(text, { caller, record: null });
        return caller;
      }
      const record = await cache.find(key.id);
      if (!record || !secretMatches(record, key.secret)) return null;
      const caller: Caller = { type: 'key', keyId: record.id, tenant: record.tenant, scopes: record.scopes };
      verified.add(text, { caller, record });
      return caller;
    },
    mintToken: tokens.mint,
    forgetKey: cache.forget,
  };
}
