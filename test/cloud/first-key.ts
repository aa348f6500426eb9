import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { accessTo, output, type Stack } from './stack.ts';

/** The first API key, read as whoever deployed it reads it. */
export async function readFirstKey(stack: Stack): Promise<string> {
  const client = new SecretsManagerClient(accessTo(stack.endpoint));
  const SecretId = output(stack, 'StatusFirstKeySecret');
  const { SecretString = '' } = await client.send(new GetSecretValueCommand({ SecretId }));
  client.destroy();
  const { id, secret } = JSON.parse(SecretString) as { readonly id: string; readonly secret: string };
  return `sw_${id}_${secret}`;
}
