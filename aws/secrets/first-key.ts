import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import * as z from 'zod/mini';
import { type ApiKeyRecord, allScopes } from '../../core/access.ts';
import type { Keys } from '../../core/ports.ts';
import { apiKeyRecord } from '../../handlers/authorize/api-key.ts';
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
  const record = apiKeyRecord(`sw_${id}_${secret}`, {
    tenant: 'default',
    scopes: allScopes,
    label: 'first key',
    createdAt,
  });
  // An underscore in the id would make another id of it.
  if (record?.id !== id) throw new Error(`The secret's value is not ${expected}.`);
  return record;
}

/**
 * The table's keys and the first one beside them. The table is asked first: trouble with the secret is then no trouble for
 * those whose key is in the table. The first key is listed but not removed here: it goes when its secret changes.
 */
export function withFirstKey(keys: Keys, firstKey: () => Promise<ApiKeyRecord>): Keys {
  return {
    ...keys,
    async find(id) {
      const found = await keys.find(id);
      if (found) return found;
      const first = await firstKey();
      return first.id === id ? first : null;
    },
    async list(tenant) {
      const [first, listed] = await Promise.all([firstKey(), keys.list(tenant)]);
      return tenant === null || tenant === first.tenant ? [first, ...listed] : listed;
    },
  };
}
