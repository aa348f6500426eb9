import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Keys } from '../../core/ports.ts';
import { unavailable } from '../../core/unavailable.ts';
import type { Fetch } from '../../handlers/authorize/fetch-json.ts';
import { withFirstKey } from '../../handlers/authorize/first-key.ts';
import { readOidcConfig } from '../../handlers/authorize/oidc-config.ts';
import { createOidcTokens, type OidcTokens } from '../../handlers/authorize/oidc-tokens.ts';
import type { Verifier } from '../../handlers/authorize/verifier.ts';
import { readFirstKey } from './first-key.ts';
import { createKept } from './kept.ts';
import { isGone } from './read-secret.ts';
import { createRenewingVerifier } from './renewing-verifier.ts';
import { readTokenSecrets, type TokenSecrets } from './token-secrets.ts';

export interface AccessOptions {
  /** Made by `createSecretsClient`. */
  readonly client: Pick<SecretsManagerClient, 'send'>;
  /** ARN of the secret with the first API key. */
  readonly keySecret: string;
  /** ARN of the secret that signs watch tokens. */
  readonly tokenSecret: string;
  /** The table's. */
  readonly keys: Keys;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Told of an error of Secrets Manager, or of the OpenID Connect issuer, in spite of which the service goes on with what it knew. */
  readonly report: (error: unknown) => void;
  /** Whose own tokens count besides: JSON of an `OidcConfig`. @default nobody's */
  readonly oidc?: string | null;
  /** Asks the issuer. @default fetch */
  readonly fetch?: Fetch;
}

/** Who may do what, as every Lambda that callers reach asks it. */
export interface Access {
  readonly verifier: Verifier;
  /** The table's, and the first one. */
  readonly keys: Keys;
}

/**
 * Access by Secrets Manager. Nothing is asked before the first credential comes. Both secrets are kept for 5 minutes in each
 * instance, so a key that was replaced goes on working for that long at most, and the 5 seconds of the verifier's own memory.
 *
 * @throws Error when `oidc` is wrong.
 */
export function createAccess(options: AccessOptions): Access {
  const { client, keySecret, tokenSecret, keys: stored, now, report } = options;
  const common = { ends: isGone, report, now };
  const firstKey = createKept({ ...common, load: () => readFirstKey(client, keySecret) });
  const tokenSecrets = createKept<TokenSecrets>({
    ...common,
    load: (last) => readTokenSecrets(client, tokenSecret, last),
  });
  const keys = withFirstKey(stored, () =>
    firstKey().catch((error: unknown) => {
      throw unavailable('The secret with the first API key cannot be had.', error);
    }),
  );
  return { keys, verifier: createRenewingVerifier({ keys, tokenSecrets, now, oidc: oidcOf(options) }) };
}

function oidcOf({ oidc, now, report, fetch = globalThis.fetch }: AccessOptions): OidcTokens | undefined {
  return oidc ? createOidcTokens({ config: readOidcConfig(oidc), fetch, now, report }) : undefined;
}
