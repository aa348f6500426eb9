import { z } from 'zod';
import type { Caller } from '../../core/access.ts';
import { callerClaims } from './caller-claims.ts';
import type { Verifier } from './verifier.ts';

/**
 * Tokens that AppSync should show the authorizer at all (`identityValidationExpression`): ours begin with `sw_` (S29), and
 * AppSync takes 2,048 characters at most. Guesses that do not look like it cost no invocation.
 */
export const appsyncTokenExpression = '^sw_[0-9A-Za-z._-]{10,2045}$';

/** What AppSync is told (AppSync Developer Guide, "AWS_LAMBDA authorization"). */
export interface AppsyncAuthorization {
  readonly isAuthorized: boolean;
  /** Stands in `ctx.identity.resolverContext`. Flat: nested keys are not supported there. */
  readonly resolverContext?: { readonly caller: string };
  /** Null for this caller whatever a resolver answers. */
  readonly deniedFields?: readonly string[];
  /** Seconds for which AppSync may answer the same for the same token without asking. */
  readonly ttlOverride: number;
}

export interface AppsyncAuthorizerOptions {
  readonly verifier: Pick<Verifier, 'verify'>;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /**
   * The longest that AppSync may remember a good credential, seconds: the most a revoked key goes on working there.
   * @default 60
   */
  readonly cacheSeconds?: number;
}

const eventSchema = z.object({ authorizationToken: z.string() });
const refused: AppsyncAuthorization = { isAuthorized: false, ttlOverride: 0 };

/**
 * AppSync's Lambda authorizer, for HTTP requests, connections and each subscription alike. Its answer follows from the
 * token alone, because AppSync remembers it by the token. A refusal is not to be remembered, so that a new key works at
 * once; a token's is forgotten when it expires.
 *
 * @returns Rejects when the key store does: AppSync then refuses the request, and the function's errors tell the operator.
 */
export function createAppsyncAuthorizer(
  options: AppsyncAuthorizerOptions,
): (event: unknown) => Promise<AppsyncAuthorization> {
  const { verifier, now, cacheSeconds = 60 } = options;

  const secondsLeft = (caller: Caller): number =>
    caller.type === 'key' ? cacheSeconds : Math.max(0, Math.floor((caller.expiresAt - now()) / 1_000));

  return async (event) => {
    const { data } = eventSchema.safeParse(event);
    const caller = data ? await verifier.verify(data.authorizationToken) : null;
    if (!caller) return refused;
    return {
      isAuthorized: true,
      resolverContext: { caller: callerClaims(caller) },
      // The schema keeps callers from it already (`@aws_iam`).
      deniedFields: ['Mutation.publishStatus'],
      ttlOverride: Math.min(cacheSeconds, secondsLeft(caller)),
    };
  };
}
