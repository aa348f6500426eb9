import { randomUUID } from 'node:crypto';
import type { Caller } from '../../../core/access.ts';
import { type AppsyncAuthorization, appsyncTokenExpression } from '../../../handlers/authorize/appsync-authorizer.ts';
import type { GraphqlRequest } from '../../../handlers/graphql/graphql.ts';
import type { Identity } from '../../resolvers/support/resolver.ts';

/** Our Lambda authorizer, as AppSync invokes it. */
export type Authorizer = (event: unknown) => Promise<AppsyncAuthorization>;

/** AppSync's own OpenID Connect: the claims of a token whose signature, issuer and expiry are good, else null. */
export type OpenIdConnect = (token: string) => Promise<object | null>;

/** Someone whom the API let in, and what the authorizer took from them. */
export interface Admitted {
  readonly identity: Identity;
  readonly deniedFields: readonly string[];
}

export interface Doorkeeper {
  /** null: refused. The signature of IAM is taken for good: what is emulated is who may do what, not SigV4. */
  readonly admit: (credential: string | null, request?: GraphqlRequest) => Promise<Admitted | null>;
  /** The same for the realtime protocol, which knows callers: one that stands for who was admitted. */
  readonly asCaller: (credential: string) => Promise<Caller | null>;
  readonly admittedBy: (caller: Caller) => Admitted;
}

/** @param openIdConnect null: the API has no such mode. */
export function createDoorkeeper(authorizer: Authorizer, openIdConnect: OpenIdConnect | null = null): Doorkeeper {
  const standing = new WeakMap<Caller, Admitted>();
  const expression = new RegExp(appsyncTokenExpression);

  const admit: Doorkeeper['admit'] = async (credential, request) => {
    if (credential?.startsWith('AWS4-HMAC-SHA256 ')) return { identity: { type: 'iam' }, deniedFields: [] };
    // S29: a bare JWT is for OpenID Connect, and never for the authorizer.
    if (openIdConnect && /^(?:Bearer )?eyJ/.test(credential ?? '')) {
      const claims = await openIdConnect(String(credential).replace(/^Bearer /, ''));
      return claims && { identity: { type: 'oidc', claims }, deniedFields: [] };
    }
    // The API has no other mode, so a token that is not for the authorizer is for nobody.
    if (credential === null || !expression.test(credential)) return null;
    const event = {
      authorizationToken: credential,
      requestContext: {
        apiId: 'emulated',
        accountId: '111122223333',
        requestId: randomUUID(),
        queryString: request?.query ?? '',
        operationName: request?.operationName ?? null,
        variables: request?.variables ?? {},
      },
    };
    const answer: AppsyncAuthorization = JSON.parse(JSON.stringify(await authorizer(event)));
    const { isAuthorized, resolverContext = null, deniedFields = [] } = answer;
    return isAuthorized ? { identity: { type: 'lambda', resolverContext }, deniedFields } : null;
  };

  return {
    admit,
    async asCaller(credential) {
      const admitted = await admit(credential);
      if (!admitted) return null;
      // No token: AppSync does not end a connection when a token expires (S30).
      const caller: Caller = { type: 'key', keyId: randomUUID(), tenant: '', scopes: [] };
      standing.set(caller, admitted);
      return caller;
    },
    admittedBy(caller) {
      const admitted = standing.get(caller);
      if (!admitted) throw new Error('Nobody stands behind this caller.');
      return admitted;
    },
  };
}
