import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ApiKeyRecord, allScopes, type Caller } from '../../core/access.ts';
import { newApiKey } from '../../handlers/authorize/api-key.ts';
import { appsyncTokenExpression, createAppsyncAuthorizer } from '../../handlers/authorize/appsync-authorizer.ts';
import { callerClaims, readCallerClaims } from '../../handlers/authorize/caller-claims.ts';
import { createVerifier } from '../../handlers/authorize/verifier.ts';
import { key, namedToken, now, workflowToken } from './support/kit.ts';

const details = { tenant: 'default', scopes: ['read', 'tokens'], label: '', createdAt: 0 } as const;
const { record, secretText } = newApiKey({ ...details, random: (count) => new Uint8Array(count).fill(7) });

/** The authorizer over a real verifier, which knows one key. */
function authorizerAt(at: number, find: () => Promise<ApiKeyRecord | null> = async () => record) {
  const unused = { put: async () => undefined, list: async () => [], remove: async () => false };
  const tokenSecrets = [new Uint8Array(32).fill(1)];
  const verifier = createVerifier({ keys: { find, ...unused }, tokenSecrets, now: () => at });
  const authorizer = createAppsyncAuthorizer({ verifier, now: () => at });
  const authorize = (authorizationToken: unknown) => authorizer({ authorizationToken, requestContext: { apiId: 'a' } });
  return { verifier, authorizer, authorize };
}

async function tokenOf(grant: typeof namedToken.grant, ttlSeconds: number): Promise<string> {
  const minter: Caller = { ...key, scopes: ['tokens'] };
  const minted = await authorizerAt(now).verifier.mintToken(minter, grant, ttlSeconds);
  if (minted.type === 'refused') throw new Error(minted.reason);
  return minted.token;
}

describe('AppSync’s Lambda authorizer', () => {
  it('lets an API key in, and tells the resolvers whose it is, in flat text', async () => {
    const answer = await authorizerAt(now).authorize(secretText);
    const { tenant, scopes } = details;
    const caller = callerClaims({ type: 'key', keyId: record.id, tenant, scopes });
    expect(answer).toEqual({
      isAuthorized: true,
      resolverContext: { caller },
      deniedFields: ['Mutation.publishStatus'],
      ttlOverride: 60,
    });
    expect(JSON.stringify(answer)).not.toContain(record.secretHash);
  });

  it('S29: lets a watch token in, prefixed sw_, and is to be forgotten no later than it expires', async () => {
    const token = `sw_${await tokenOf(namedToken.grant, 90)}`;
    const ttlAfter = async (seconds: number) =>
      (await authorizerAt(now + seconds * 1_000).authorize(token)).ttlOverride;
    expect(await authorizerAt(now).authorize(token)).toMatchObject({
      isAuthorized: true,
      resolverContext: { caller: callerClaims({ ...namedToken, expiresAt: now + 90_000, keyId: key.keyId }) },
      ttlOverride: 60,
    });
    expect([await ttlAfter(40), await ttlAfter(89), await ttlAfter(89.5)]).toEqual([50, 1, 0]);
    expect(await authorizerAt(now + 90_000).authorize(token)).toEqual({ isAuthorized: false, ttlOverride: 0 });
  });

  it.each([
    ['nothing', ''],
    ['no text', 7],
    ['a key that is unknown', 'sw_nobody_0123456789abcdef0123'],
    ['a wrong secret', `${secretText.slice(0, -1)}_`],
    ['a token of somebody else', 'sw_eyJhbGciOiJub25lIn0.eyJ0ZW5hbnQiOiJkZWZhdWx0In0.'],
  ])('refuses %s, and wants that not remembered', async (_, token) => {
    const find = async () => (token === 'sw_nobody_0123456789abcdef0123' ? null : record);
    expect(await authorizerAt(now, find).authorize(token)).toEqual({ isAuthorized: false, ttlOverride: 0 });
  });

  it.each([null, undefined, [], 'text', {}])('refuses an event like %j', async (event) => {
    expect(await authorizerAt(now).authorizer(event)).toEqual({ isAuthorized: false, ttlOverride: 0 });
  });

  it('rejects while keys cannot be read: nobody is let in, and the operator sees it', async () => {
    const find = () => Promise.reject(new Error('down'));
    await expect(authorizerAt(now, find).authorize(secretText)).rejects.toThrow('down');
  });

  it('is asked only about tokens that can be good', async () => {
    const expression = new RegExp(appsyncTokenExpression);
    const token = await tokenOf(namedToken.grant, 90);
    expect([secretText, `sw_${token}`].filter((one) => expression.test(one))).toHaveLength(2);
    const never = [
      '',
      token,
      `Bearer ${secretText}`,
      'da2-key',
      `sw_${'x'.repeat(2_046)}`,
      `${secretText}\nx`,
      'sw_ x',
    ];
    expect(never.filter((one) => expression.test(one))).toEqual([]);
  });
});

describe('a caller as text', () => {
  it('comes back the same', () => {
    const name = fc.string({ minLength: 1 });
    const keys = fc.record({
      type: fc.constant('key' as const),
      keyId: name,
      tenant: name,
      scopes: fc.subarray([...allScopes]),
    });
    fc.assert(
      fc.property(keys, (caller) => {
        expect(readCallerClaims(callerClaims(caller))).toEqual(caller);
      }),
    );
    for (const caller of [namedToken, workflowToken]) expect(readCallerClaims(callerClaims(caller))).toEqual(caller);
  });

  it.each([
    null,
    7,
    '',
    '{',
    '"key"',
    '{}',
    JSON.stringify({ ...key, tenant: '' }),
    JSON.stringify({ ...key, scopes: ['root'] }),
  ])('is none: %j', (text) => {
    expect(readCallerClaims(text)).toBeNull();
  });
});
