import { layGround } from '../../aws/lambda/ground.ts';
import { createHandler } from '../../aws/lambda/handler.ts';
import { createSecretsClient } from '../../aws/secrets/client.ts';
import { createAccess } from '../../aws/secrets/index.ts';
import { createAppsyncAuthorizer } from './appsync-authorizer.ts';

const { environment, telemetry, ports, now } = layGround('authorize');

const { verifier } = createAccess({
  client: createSecretsClient(),
  keySecret: environment.text('keySecret'),
  tokenSecret: environment.text('tokenSecret'),
  keys: ports.keys,
  now,
  oidc: environment.optional('oidc'),
  report: (error) => telemetry.warn('a secret or an issuer could not be read; what it held before goes on', { error }),
});

/** AppSync's Lambda authorizer. Where it fails, AppSync lets nobody in. */
export const handler = createHandler(telemetry, createAppsyncAuthorizer({ verifier, now }));
