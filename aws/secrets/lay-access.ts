import type { Ground } from '../lambda/ground.ts';
import { createSecretsClient } from './client.ts';
import { type Access, createAccess } from './index.ts';

/** `createAccess` by the environment of a Lambda that callers reach. */
export const layAccess = ({ environment, telemetry, ports, now }: Ground): Access =>
  createAccess({
    client: createSecretsClient(),
    keySecret: environment.text('keySecret'),
    tokenSecret: environment.text('tokenSecret'),
    keys: ports.keys,
    now,
    oidc: environment.optional('oidc'),
    report: (error) =>
      telemetry.warn('a secret or an issuer could not be read; what it held before goes on', { error }),
  });
