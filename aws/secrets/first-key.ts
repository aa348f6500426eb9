import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import * as z from 'zod/mini';
import type { ApiKeyRecord } from '../../core/access.ts';
import { firstKeyRecord } from '../../handlers/authorize/first-key.ts';
import { readFields, readSecret } from './read-secret.ts';

const schema = z.object({ id: z.string(), secret: z.string() });
const expected = '{"id": "…", "secret": "…"} with an id of 0-9 A-Z a-z and a secret of 16 to 100 of 0-9 A-Z a-z _ -';

/** The first key as the table would have it: all scopes, tenant `default` (S24). Rejects when the secret holds none. */
export async function readFirstKey(
  client: Pick<SecretsManagerClient, 'send'>,
  secretId: string,
): Promise<ApiKeyRecord> {
  const { text, createdAt } = await readSecret(client, secretId, 'AWSCURRENT');
  const { id, secret } = readFields(text, schema, expected);
  const record = firstKeyRecord(`sw_${id}_${secret}`, createdAt);
  // An underscore in the id would make another id of it.
  if (record?.id !== id) throw new Error(`The secret's value is not ${expected}.`);
  return record;
}
