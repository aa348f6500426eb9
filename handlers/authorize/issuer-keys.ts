import { createLocalJWKSet, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import * as z from 'zod/mini';
import type { OidcConfig } from '../../core/oidc.ts';
import { unavailable } from '../../core/unavailable.ts';
import { type Fetch, fetchJson } from './fetch-json.ts';
import { isTrusted } from './oidc-config.ts';

export interface IssuerKeysOptions {
  readonly config: Pick<OidcConfig, 'issuer' | 'jwksUri'>;
  readonly fetch: Fetch;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Told when the issuer could not be asked, and the keys it gave before go on. */
  readonly report: (error: unknown) => void;
  /** For discovery and keys together, milliseconds. @default 5000 */
  readonly timeoutMs?: number;
}

/** Keys are asked for again after so long: the most that one which the issuer withdrew goes on counting. */
const freshMs = 600_000;
/** While the issuer cannot be reached, its keys go on for so long, so that its restart stops nobody. */
const lastMs = 3_600_000;
/** A key that is not known is asked for at once, but no more often than this: anybody can make up its name. */
const cooldownMs = 30_000;
/**
 * A key is published before, or at most so long after, its first token: caches on the way and two clocks are in it. A token
 * whose key is not among keys that were asked for later than that is refused.
 */
const publishedMs = 60_000;
/** After a failure: one request in so many milliseconds waits for the next try, the others hear at once that it failed. */
const retryMs = 5_000;

/** OpenID Connect Discovery §3, as far as it counts here. */
const discoverySchema = z.object({ issuer: z.string(), jwks_uri: z.string().check(z.refine(isTrusted)) });

/**
 * The public keys of an issuer, asked for when the first token comes. What signs and which key that is, jose decides. Where
 * they cannot be had, it rejects with `unavailable`: nobody can say then whether a token is good. It is not jose's own
 * `createRemoteJWKSet`, because that knows no discovery, asks a broken issuer again for every token, and has no clock but
 * the machine's.
 */
export function createIssuerKeys(options: IssuerKeysOptions): JWTVerifyGetKey {
  const { config, fetch, now, report, timeoutMs = 5_000 } = options;
  let held: { readonly select: JWTVerifyGetKey; readonly at: number } | null = null;
  let tried: { readonly at: number; readonly failure: { readonly error: unknown } | null } | null = null;
  let loading: Promise<void> | null = null;
  let begun = 0;

  async function ask(): Promise<JWTVerifyGetKey> {
    const signal = AbortSignal.timeout(timeoutMs);
    const uri = config.jwksUri ?? (await discover(fetch, config.issuer, signal));
    // It checks what it is given.
    return createLocalJWKSet((await fetchJson(fetch, uri, signal)) as JSONWebKeySet);
  }

  /** One at a time. */
  function load(): Promise<void> {
    if (loading) return loading;
    const at = now();
    begun++;
    loading = ask()
      .then(
        (select) => {
          held = { select, at };
          tried = { at, failure: null };
        },
        (error: unknown) => {
          tried = { at: now(), failure: { error } };
          if (held) report(error);
        },
      )
      .finally(() => {
        loading = null;
      });
    return loading;
  }

  const mayAsk = (): boolean =>
    loading !== null || tried === null || now() - tried.at >= (tried.failure ? retryMs : cooldownMs);
  const cannot = (): Error =>
    unavailable('The keys of the OpenID Connect issuer cannot be had.', tried?.failure?.error);

  async function present(): Promise<JWTVerifyGetKey> {
    if ((!held || now() - held.at >= freshMs) && mayAsk()) await load();
    if (!held || now() - held.at >= lastMs) throw cannot();
    return held.select;
  }

  return async (header, token) => {
    const before = begun;
    const select = await present();
    try {
      return await select(header, token);
    } catch (error) {
      if (!isUnknownKey(error)) throw error;
      if (mayAsk()) await load();
      // It may be a key that we could not hear of.
      if (tried?.failure) throw cannot();
      try {
        return await (await present())(header, token);
      } catch (again) {
        // What was asked for before the token came may be an answer from before the rotation.
        const isKnown = begun > before || (held !== null && held.at >= issuedAt(token.payload) + publishedMs);
        if (isKnown || !isUnknownKey(again)) throw again;
        throw unavailable('The key of the token may be too new to be known here.', again);
      }
    }
  };
}

/** By its code, because the class would bring all of jose's errors into a Lambda. */
const isUnknownKey = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ERR_JWKS_NO_MATCHING_KEY';

/** Epoch milliseconds at which a token says it was made (RFC 7519 §4.1.6); Infinity where it does not say. */
function issuedAt(payload: string | Uint8Array): number {
  try {
    const text = typeof payload === 'string' ? payload : Buffer.from(payload).toString();
    const { iat } = JSON.parse(Buffer.from(text, 'base64url').toString()) as { readonly iat?: unknown };
    return typeof iat === 'number' ? iat * 1_000 : Number.POSITIVE_INFINITY;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

/** Where the issuer's keys are (OpenID Connect Discovery §4; §4.3: the document must name the very issuer). */
async function discover(fetch: Fetch, issuer: string, signal: AbortSignal): Promise<string> {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const { data } = discoverySchema.safeParse(await fetchJson(fetch, url, signal));
  if (data?.issuer !== issuer) throw new Error(`${url} is no discovery document of ${issuer}.`);
  return data.jwks_uri;
}
