import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';

/** Secrets Manager's names for the value that counts now, and for the one that counted before it. */
export type Stage = 'AWSCURRENT' | 'AWSPREVIOUS';

export interface SecretVersion {
  /** Another value, another id. */
  readonly id: string;
  readonly text: string;
  /** Epoch milliseconds. */
  readonly createdAt: number;
}

/** A version of the secret. Rejects when there is none: see `isGone`. */
export async function readSecret(
  client: Pick<SecretsManagerClient, 'send'>,
  secretId: string,
  stage: Stage,
): Promise<SecretVersion> {
  const answer = await client.send(new GetSecretValueCommand({ SecretId: secretId, VersionStage: stage }));
  const { VersionId: id, SecretString: text, CreatedDate: created } = answer;
  if (id === undefined || text === undefined) throw new Error(`The secret ${secretId} holds no text.`);
  return { id, text, createdAt: created?.getTime() ?? 0 };
}

/** There is no such secret, or no such version of it (GetSecretValue, "Errors"). */
export const isAbsent = (error: unknown): boolean =>
  error instanceof Error && error.name === 'ResourceNotFoundException';

/**
 * Somebody took the secret away: it is deleted, marked for deletion, or no longer ours to read. Unlike trouble, that is
 * meant, so what it held stops counting at once.
 */
export const isGone = (error: unknown): boolean =>
  isAbsent(error) ||
  (error instanceof Error && (error.name === 'InvalidRequestException' || error.name === 'AccessDeniedException'));

/**
 * The text as JSON, by a schema of the caller's. The errors tell what is expected and never what is there: a parser's own
 * message quotes the text, and would put a secret into a log.
 */
export function readFields<T>(
  text: string,
  schema: { safeParse(value: unknown): { readonly data?: T | undefined } },
  expected: string,
): T {
  let value: unknown = null;
  try {
    value = JSON.parse(text);
  } catch {
    // Refused below, like every other value.
  }
  const { data } = schema.safeParse(value);
  if (data === undefined) throw new Error(`The secret's value is not ${expected}.`);
  return data;
}
