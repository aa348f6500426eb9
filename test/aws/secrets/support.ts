import type { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { type Access, createAccess } from '../../../aws/secrets/index.ts';
import type { ApiKeyRecord } from '../../../core/access.ts';
import type { Keys } from '../../../core/ports.ts';

/** A named failure, as the SDK throws them. */
export const failure = (name: string): Error => Object.assign(new Error(`${name} happened`), { name });

/** Secrets Manager with two secrets, each of which can be rotated, and which can fail as a whole. */
export interface SecretsKit extends Access {
  /** Puts a new value in front; the one before becomes AWSPREVIOUS. */
  rotate(secret: 'key' | 'token', value: string): void;
  /** From now on every call rejects with it; null: no more. */
  fail(error: Error | null): void;
  readonly calls: string[];
  readonly reported: unknown[];
  /** What the table holds. */
  readonly stored: ApiKeyRecord[];
  now: number;
}

export const keyValue = (secret: string, id = 'first'): string => JSON.stringify({ id, secret });
export const tokenValue = (letter: string): string => JSON.stringify({ secret: letter.repeat(32) });

export function secretsKit(): SecretsKit {
  const versions = { key: [keyValue('original-secret-1')], token: [tokenValue('a')] };
  let failing: Error | null = null;
  const stored: ApiKeyRecord[] = [];
  const keys: Keys = {
    find: async (id) => stored.find((record) => record.id === id) ?? null,
    put: async (record) => void stored.push(record),
    list: async () => stored,
    remove: async () => false,
  };
  async function send({ input }: GetSecretValueCommand) {
    const secret = input.SecretId === 'arn:key' ? 'key' : 'token';
    kit.calls.push(`${secret} ${input.VersionStage}`);
    if (failing) throw failing;
    const at = input.VersionStage === 'AWSCURRENT' ? 0 : 1;
    const text = versions[secret][at];
    if (text === undefined) throw failure('ResourceNotFoundException');
    return { VersionId: `v${versions[secret].length - at}`, SecretString: text, CreatedDate: new Date(0) };
  }
  const kit: SecretsKit = {
    ...createAccess({
      client: { send } as unknown as SecretsManagerClient,
      keySecret: 'arn:key',
      tokenSecret: 'arn:token',
      keys,
      now: () => kit.now,
      report: (error) => kit.reported.push(error),
    }),
    rotate: (secret, value) => versions[secret].unshift(value),
    fail(error) {
      failing = error;
    },
    calls: [],
    reported: [],
    stored,
    now: Date.parse('2026-01-01T12:00:00Z'),
  };
  return kit;
}
