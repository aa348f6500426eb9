import { SecretsManagerClient, type SecretsManagerClientConfig } from '@aws-sdk/client-secrets-manager';

/** Time for a connection, and for an answer. A request waits for them, and there is a value kept to fall back on. */
const connectionTimeout = 1_000;
const requestTimeout = 2_000;

/** A client for the whole process: connections are kept alive, every wait is bounded, and a call is tried twice. */
export function createSecretsClient(config: SecretsManagerClientConfig = {}): SecretsManagerClient {
  return new SecretsManagerClient({
    maxAttempts: 2,
    requestHandler: { connectionTimeout, requestTimeout, throwOnRequestTimeout: true },
    ...config,
  });
}
