import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Caller, Scope } from '../../core/access.ts';
import { callerFilter } from '../../handlers/graphql/appsync/caller-filter.ts';
import { type SubscriptionFilter, whyInvalid } from '../../handlers/graphql/appsync/filter.ts';
import { matchesFilter } from '../../handlers/graphql/appsync/match-filter.ts';
import { asCaller, key, namedToken, now, resolverOf, workflowToken } from './support/kit.ts';
import type { Identity, Resolved } from './support/resolver.ts';

const resolver = resolverOf('Subscription.statusChanged');
const subscribe = (identity: Identity, args: object): Resolved => resolver.runLocal({ args, identity, now: () => now });
const filterOf = (caller: Caller, args: object): unknown => {
  const resolved = subscribe(asCaller(caller), args);
  return resolved.type === 'data' ? resolved.filter : resolved.error.errorType;
};
const eq = (conditions: object) => ({
  filterGroup: [
    { filters: Object.entries(conditions).map(([fieldName, value]) => ({ fieldName, operator: 'eq', value })) },
  ],
});

describe('the filter that statusChanged sets', () => {
  it('G9: has the caller’s tenant and the workflow always, the id where it is given', () => {
    expect(filterOf(key, { workflow: 'orders' })).toEqual(eq({ tenant: 'default', workflow: 'orders' }));
    const one = eq({ tenant: 'default', workflow: 'orders', id: 'order-1' });
    for (const caller of [key, namedToken, workflowToken])
      expect(filterOf(caller, { workflow: 'orders', id: 'order-1' })).toEqual(one);
  });

  it('with an id that is null lets nothing through, by a value that AppSync’s filters know', () => {
    expect(filterOf(key, { workflow: 'orders', id: null })).toEqual(
      eq({ tenant: 'default', workflow: 'orders', id: '' }),
    );
  });

  it('the handler answers null, as AppSync wants of who sets a filter', () => {
    expect(subscribe(asCaller(key), { workflow: 'orders' })).toMatchObject({ type: 'data', data: null, errors: [] });
  });

  it('arguments that nobody declared change nothing', () => {
    const args = { workflow: 'orders', tenant: 'other', filter: { tenant: { ne: '' } } };
    expect(filterOf(key, args)).toEqual(eq({ tenant: 'default', workflow: 'orders' }));
  });
});

describe('a subscription is refused', () => {
  const refused = (
    identity: Identity,
    args: object,
    errorType = 'Unauthorized',
    message = /^Not Authorized to access/,
  ) => {
    expect(subscribe(identity, args)).toEqual({
      type: 'error',
      error: { errorType, message: expect.stringMatching(message) },
    });
  };

  it('S28: a token that names executions needs an id, one that it names', () => {
    const needsId = /subscribe with an id/;
    refused(asCaller(namedToken), { workflow: 'orders' }, 'Unauthorized', needsId);
    refused(asCaller(namedToken), { workflow: 'orders', id: null }, 'Unauthorized', needsId);
    refused(asCaller(namedToken), { workflow: 'orders', id: 'order-2' }, 'Unauthorized', /do not allow/);
    refused(asCaller(namedToken), { workflow: 'parcels', id: 'order-1' }, 'Unauthorized', /do not allow/);
  });

  it('S24: credentials of another workflow, or without the scope read', () => {
    refused(asCaller(workflowToken), { workflow: 'parcels' }, 'Unauthorized', /do not allow/);
    const scopes: readonly Scope[] = ['start', 'admin'];
    refused(asCaller({ ...key, scopes }), { workflow: 'orders' }, 'Unauthorized', /do not allow/);
  });

  it('S30: a token past its expiry, although AppSync remembers that it was good', () => {
    refused(asCaller({ ...namedToken, expiresAt: now }), { workflow: 'orders', id: 'order-1' });
  });

  it.each<[string, Identity]>([
    ['nobody', { type: 'none' }],
    ['the publisher', { type: 'iam' }],
    [
      'OpenID Connect, whatever it claims',
      { type: 'oidc', claims: { tenant: 'default', caller: JSON.stringify(key) } },
    ],
    ['no context', { type: 'lambda', resolverContext: null }],
    ['an empty context', { type: 'lambda', resolverContext: {} }],
    ['a context that is not flat', { type: 'lambda', resolverContext: { caller: key } }],
    ...['', '{', 'null', '"key"', '[]', '1', '{}'].map((caller): [string, Identity] => [
      `claims ${caller || 'of nothing'}`,
      { type: 'lambda', resolverContext: { caller } },
    ]),
    ...[
      { ...key, tenant: '' },
      { ...key, tenant: null },
      { ...key, tenant: { ne: '' } },
      { ...key, type: 'root' },
      { ...key, scopes: 'read' },
      { ...key, scopes: null },
      { ...namedToken, grant: null },
      { ...namedToken, expiresAt: 'never' },
      { ...namedToken, expiresAt: null },
    ].map((caller): [string, Identity] => [
      `claims ${JSON.stringify(caller)}`,
      { type: 'lambda', resolverContext: { caller: JSON.stringify(caller) } },
    ]),
  ])('%s', (_, identity) => {
    refused(identity, { workflow: 'orders', id: 'order-1' });
  });

  it('a grant of a kind that is not known', () => {
    const caller = JSON.stringify({ ...namedToken, grant: { type: 'everything' } });
    refused({ type: 'lambda', resolverContext: { caller } }, { workflow: 'orders' }, 'Unauthorized', /do not allow/);
  });

  it.each([{ workflow: '' }, { workflow: 'x'.repeat(81) }, { workflow: 'orders', id: '' }])(
    'a name like %j',
    (args) => {
      refused(asCaller(key), args, 'BadRequestException', /1 to 80 characters/);
    },
  );
});

describe('over all callers and arguments', () => {
  const name = fc.constantFrom('a', 'b', 'constructor', '__proto__', 'tenant', '"', ' ');
  const caller: fc.Arbitrary<Caller> = fc.oneof(
    fc.record({
      type: fc.constant('key' as const),
      keyId: name,
      tenant: name,
      scopes: fc.subarray<Scope>(['read', 'start', 'admin', 'tokens']),
    }),
    fc.record({
      type: fc.constant('token' as const),
      tenant: name,
      expiresAt: fc.constant(now + 1),
      grant: fc.oneof(
        fc.record({ type: fc.constant('tenant' as const) }),
        fc.record({ type: fc.constant('workflows' as const), workflows: fc.array(name, { maxLength: 3 }) }),
        fc.record({ type: fc.constant('workflow' as const), workflow: name }),
        fc.record({
          type: fc.constant('executions' as const),
          executions: fc.array(fc.record({ workflow: name, id: name }), { maxLength: 3 }),
        }),
      ),
    }),
  );
  const args = fc.record({ workflow: name, id: fc.option(name) }, { requiredKeys: ['workflow'] });
  const update = fc.record({ tenant: name, workflow: name, id: name });

  it('S28, G9: it refuses, and lets through, exactly what the embedded service does', () => {
    fc.assert(
      fc.property(caller, args, fc.array(update, { maxLength: 5 }), (who, asked, updates) => {
        const expected = callerFilter(who, asked);
        const found = filterOf(who, asked);
        if (!expected) {
          expect(found).toBe('Unauthorized');
          return;
        }
        const filter = found as SubscriptionFilter;
        expect(whyInvalid(filter)).toBeNull();
        const own = { tenant: who.tenant, workflow: asked.workflow, id: asked.id ?? 'a' };
        for (const one of [...updates, own]) expect(matchesFilter(filter, one)).toBe(matchesFilter(expected, one));
      }),
      { numRuns: 300 },
    );
  });
});
