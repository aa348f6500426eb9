import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import * as z from 'zod/mini';
import { isAbsent, readFields, readSecret, type SecretVersion } from './read-secret.ts';

const schema = z.object({ secret: z.string().check(z.minLength(32)) });
const expected = '{"secret": "…"} with at least 32 characters';

/** What signs watch tokens, and what also verifies them. Another object only when the secret changed. */
export interface TokenSecrets {
  readonly versions: readonly string[];
  /** The present one first. */
  readonly keys: readonly Uint8Array[];
}

/**
 * The present version signs, and the one before it still verifies, so that tokens outlive a rotation. Whoever rotates twice
 * within 24 hours, a token's longest life (S28), ends the tokens of before.
 */
export async function readTokenSecrets(
  client: Pick<SecretsManagerClient, 'send'>,
  secretId: string,
  last: TokenSecrets | null,
): Promise<TokenSecrets> {
  const [current, previous] = await Promise.all([
    readSecret(client, secretId, 'AWSCURRENT'),
    // A secret that was never rotated has none.
    readSecret(client, secretId, 'AWSPREVIOUS').catch((error: unknown) => {
      if (isAbsent(error)) return null;
      throw error;
    }),
  ]);
  const found: readonly SecretVersion[] = previous ? [current, previous] : [current];
  const versions = found.map(({ id }) => id);
  if (last && last.versions.join() === versions.join()) return last;
  return { versions, keys: found.map(({ text }) => Buffer.from(readFields(text, schema, expected).secret)) };
}
