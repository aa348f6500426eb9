import { createLocalJWKSet, exportJWK, generateKeyPair, jwtVerify, SignJWT } from 'jose';
import { type OidcConfig, oidcVariable } from '../../../core/oidc.ts';
import type { EmulatorOptions } from './emulator.ts';

export const oidcConfig: OidcConfig = {
  ...{ issuer: 'https://id.example.com', audience: ['statuswire', 'shop'] },
  ...{ tenant: { claim: 'org' }, access: { claim: 'may_read' } },
};

/** What the API of a deployment with the option `oidc` has. */
export const oidcEnv = { [oidcVariable]: JSON.stringify(oidcConfig) };

/** An issuer whose tokens an emulated AppSync takes: it looks at signature, issuer and expiry, and at nothing else. */
export async function oidcIssuer() {
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  const keys = createLocalJWKSet({ keys: [{ ...(await exportJWK(publicKey)), alg: 'ES256' }] });
  const options: Pick<EmulatorOptions, 'openIdConnect' | 'env'> = {
    env: oidcEnv,
    openIdConnect: (token) =>
      jwtVerify(token, keys, { issuer: oidcConfig.issuer }).then(
        ({ payload }) => payload,
        () => null,
      ),
  };
  return {
    options,
    /** A token for a minute, of user `u1`. */
    sign: (claims: Readonly<Record<string, unknown>>): Promise<string> =>
      new SignJWT({ iss: oidcConfig.issuer, aud: 'shop', sub: 'u1', ...claims })
        .setExpirationTime('1m')
        .setProtectedHeader({ alg: 'ES256' })
        .sign(privateKey),
  };
}
