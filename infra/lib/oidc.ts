import { Token } from 'aws-cdk-lib';
import type { OidcConfig } from '../../core/oidc.ts';

/** Characters of an environment variable of an AppSync API (AppSync API reference, PutGraphqlApiEnvironmentVariables). */
const longest = 512;

/**
 * Checks as much of it as synthesis can know: the Lambdas check all of it, but when they are deployed already. The issuer and
 * the audience may be made in the same stack, e.g. a Cognito user pool's.
 *
 * @throws Error for what cannot work.
 */
export function checkOidc(config: OidcConfig): OidcConfig {
  const { issuer, audience, jwksUri, tenant, access } = config;
  for (const url of [issuer, jwksUri ?? issuer]) {
    if (!Token.isUnresolved(url) && !(URL.canParse(url) && url.startsWith('https://')))
      throw new Error(`oidc: "${url}" is no https URL.`);
  }
  const audiences = [audience].flat();
  const named = [tenant.constant ?? tenant.claim, access === 'tenant' ? access : access.claim];
  if (audiences.length === 0 || [...audiences, ...named].some((text) => !text))
    throw new Error('oidc: audience, tenant and access must say something.');
  const text = JSON.stringify(config);
  if (!Token.isUnresolved(text) && text.length > longest)
    throw new Error(`oidc: it has ${text.length} characters as JSON; AppSync takes ${longest}.`);
  return config;
}
