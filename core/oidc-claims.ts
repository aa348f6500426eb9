import type { Caller, Grant } from './access.ts';
import { hasLength, isName } from './names.ts';
import type { OidcConfig } from './oidc.ts';

/** A token's payload. */
export interface Claims {
  readonly [name: string]: unknown;
}

/** Seconds that the issuer's clock may be ahead of ours. Nothing is added to a token's life. */
export const clockToleranceSeconds = 10;
/** Executions or workflows that one token may name. */
export const maxNamedByToken = 100;
/** Characters: our bound on tenants (`GET /executions`), and that of OpenID Connect Core §2 on `sub`. */
const longest = { tenant: 128, subject: 255 };

/**
 * The caller that the claims of a token make, whose signature was verified by whoever asks; null where they are for
 * somebody else, out of their time, or do not say all that a caller needs: what is not said is not allowed (G9).
 *
 * AppSync's resolvers run this very code. So it keeps to what APPSYNC_JS has: no regular expressions, no `includes`, no
 * `Array.isArray`, no exceptions.
 *
 * @param now Epoch milliseconds.
 */
export function callerOfClaims(config: OidcConfig, claims: Claims, now: number): Caller | null {
  const { iss, aud, sub, exp, nbf } = claims;
  if (iss !== config.issuer || !names(aud, config.audience)) return null;
  if (typeof exp !== 'number' || !(exp * 1_000 > now)) return null;
  if (nbf !== undefined && !(typeof nbf === 'number' && (nbf - clockToleranceSeconds) * 1_000 <= now)) return null;
  const tenant = config.tenant.claim === undefined ? config.tenant.constant : claims[config.tenant.claim];
  const grant = grantOf(config.access, claims);
  if (!isText(sub, longest.subject) || !isText(tenant, longest.tenant) || grant === null) return null;
  return { type: 'token', tenant, grant, expiresAt: Math.floor(exp * 1_000), subject: sub };
}

function names(aud: unknown, audience: OidcConfig['audience']): boolean {
  const accepted = typeof audience === 'string' ? [audience] : audience;
  return textsIn(aud).some((one) => typeof one === 'string' && accepted.indexOf(one) >= 0);
}

function grantOf(access: OidcConfig['access'], claims: Claims): Grant | null {
  if (access === 'tenant') return { type: 'tenant' };
  const said = textsIn(claims[access.claim]);
  if (said.length > maxNamedByToken) return null;
  const workflows: string[] = [];
  const executions: { readonly workflow: string; readonly id: string }[] = [];
  for (const one of said) {
    // Names of Step Functions have no slash.
    const [workflow, id, more] = typeof one === 'string' ? one.split('/') : [];
    if (workflow === undefined || !isName(workflow) || more !== undefined) return null;
    if (id === undefined) workflows.push(workflow);
    else if (isName(id)) executions.push({ workflow, id });
    else return null;
  }
  // Of both kinds, or of none: nothing that could be read one way only.
  if (workflows.length > 0 === executions.length > 0) return null;
  return workflows.length > 0 ? { type: 'workflows', workflows } : { type: 'executions', executions };
}

function isText(value: unknown, most: number): value is string {
  return typeof value === 'string' && hasLength(value, 1, most);
}

/** A text is a list of one. What is neither is an empty list. */
function textsIn(value: unknown): readonly unknown[] {
  if (typeof value === 'string') return [value];
  // Claims come from JSON; this tells a list from an object without `Array.isArray`.
  const isList = typeof value === 'object' && value !== null && JSON.stringify(value).startsWith('[');
  return isList ? (value as readonly unknown[]) : [];
}
