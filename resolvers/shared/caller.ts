import { type AppSyncIdentityLambda, type AppSyncIdentityOIDC, type Context, util } from '@aws-appsync/utils';
import type { Caller } from '../../core/access.ts';
import { type OidcConfig, oidcVariable } from '../../core/oidc.ts';
import { type Claims, callerOfClaims } from '../../core/oidc-claims.ts';

/** `resolverContext` as our Lambda authorizer gives it: flat, because AppSync takes no nested keys there. */
export interface ResolverContext {
  /** JSON text of a `Caller`. */
  readonly caller?: unknown;
}

/** Who is asking, and the words in which the authorizer said so, or would have. */
export interface Asking {
  readonly caller: Caller;
  /** To be handed on as it is. */
  readonly text: string;
}

/**
 * The caller of a field. Whoever did not come through the Lambda authorizer or by OpenID Connect (IAM, no identity at all)
 * is refused, and so is a token past its expiry: AppSync may answer from the authorizer's cached word, and from a
 * connection's.
 */
export function callerOf(ctx: Context): Asking {
  if (util.authType() === 'Open ID Connect Authorization') return bearerOf(ctx);
  const identity = ctx.identity as Partial<AppSyncIdentityLambda> | null | undefined;
  const claims = identity?.resolverContext as ResolverContext | null | undefined;
  const text = claims?.caller;
  if (typeof text !== 'string') util.unauthorized();
  // Here, JSON.parse answers '' for what is no JSON (AppSync Developer Guide, "Supported runtime features").
  const caller = JSON.parse(text) as Partial<Caller> | string | null;
  if (!isCaller(caller)) util.unauthorized();
  if (caller.type === 'token' && !(caller.expiresAt > util.time.nowEpochMilliSeconds())) util.unauthorized();
  return { caller, text };
}

/** Who shows a company's own token. AppSync has verified signature and issuer; what it says counts as everywhere. */
function bearerOf(ctx: Context): Asking {
  const identity = ctx.identity as Partial<AppSyncIdentityOIDC> | null | undefined;
  const text = ctx.env[oidcVariable];
  if (typeof text !== 'string') util.unauthorized();
  const config = JSON.parse(text) as OidcConfig;
  const caller = callerOfClaims(config, (identity?.claims ?? {}) as Claims, util.time.nowEpochMilliSeconds());
  if (caller === null) util.unauthorized();
  return { caller, text: JSON.stringify(caller) };
}

function isCaller(value: Partial<Caller> | string | null): value is Caller {
  if (typeof value !== 'object' || value === null) return false;
  if (typeof value.tenant !== 'string' || value.tenant === '') return false;
  if (value.type === 'key') return typeof (value.scopes ?? '') === 'object';
  return value.type === 'token' && typeof (value.grant ?? '') === 'object' && typeof value.expiresAt === 'number';
}
