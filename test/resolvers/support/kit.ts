import type { Caller } from '../../../core/access.ts';
import { callerClaims } from '../../../handlers/authorize/caller-claims.ts';
import { bundleResolvers } from '../../../resolvers/build/bundle.ts';
import { createResolver, type Identity, type Resolver } from './resolver.ts';

const resolvers = new Map((await bundleResolvers()).map((bundle) => [bundle.field, createResolver(bundle)]));

/** The resolver of a field, bundled and ready to run. */
export function resolverOf(field: string): Resolver {
  const resolver = resolvers.get(field);
  if (!resolver) throw new Error(`${field} has no resolver`);
  return resolver;
}

/** As our authorizer would let this caller in. */
export const asCaller = (caller: Caller): Identity => ({
  type: 'lambda',
  resolverContext: { caller: callerClaims(caller) },
});

export const now = Date.parse('2026-11-20T10:00:00.000Z');

/** A key of tenant `default` that may read. */
export const key = { type: 'key', keyId: 'k', tenant: 'default', scopes: ['read'] } as const satisfies Caller;

/** A watch token that names one execution. */
export const namedToken = {
  type: 'token',
  tenant: 'default',
  grant: { type: 'executions', executions: [{ workflow: 'orders', id: 'order-1' }] },
  expiresAt: now + 900_000,
} as const satisfies Caller;

/** A watch token of one workflow. */
export const workflowToken = {
  ...namedToken,
  grant: { type: 'workflow', workflow: 'orders' },
} as const satisfies Caller;
