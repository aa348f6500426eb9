import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { oidcVariable } from '../../core/oidc.ts';
import { callerOfClaims } from '../../core/oidc-claims.ts';
import { callerClaims } from '../../handlers/authorize/caller-claims.ts';
import { oidcConfig as config, oidcEnv as env, oidcIssuer } from '../support/appsync-emulator/oidc.ts';
import { type Stage, startStage } from '../support/appsync-emulator/stage.ts';
import { makeUpdate } from '../support/make-update.ts';
import { now, resolverOf } from './support/kit.ts';

const claims = { iss: config.issuer, aud: 'shop', sub: 'u1', exp: now / 1_000 + 60, org: 'acme', may_read: ['orders'] };

const subscribe = (more: object, args: object, variables: Readonly<Record<string, string>> = env) => {
  const identity = { type: 'oidc', claims: { ...claims, ...more } } as const;
  return resolverOf('Subscription.statusChanged').runLocal({ args, identity, env: variables, now: () => now });
};
const filterOf = (more: object, args: object) => {
  const resolved = subscribe(more, args);
  return resolved.type === 'data' ? resolved.filter : resolved.error.message;
};
const eq = (conditions: object) => ({
  filterGroup: [
    { filters: Object.entries(conditions).map(([fieldName, value]) => ({ fieldName, operator: 'eq', value })) },
  ],
});
const notAuthorized = /^Not Authorized to access/;

describe('a company’s own token at AppSync’s resolvers', () => {
  it('G9: subscribes to what its claims say, in its own tenant', () => {
    expect(filterOf({}, { workflow: 'orders' })).toEqual(eq({ tenant: 'acme', workflow: 'orders' }));
    expect(filterOf({}, { workflow: 'parcels' })).toMatch(/do not allow/);
    const named = { may_read: 'orders/o-1' };
    expect(filterOf(named, { workflow: 'orders', id: 'o-1' })).toEqual(
      eq({ tenant: 'acme', workflow: 'orders', id: 'o-1' }),
    );
    expect(filterOf(named, { workflow: 'orders', id: 'o-2' })).toMatch(/do not allow/);
    expect(filterOf(named, { workflow: 'orders' })).toMatch(/subscribe with an id/);
  });

  it('asks the service in the name of the very caller that the verifier makes of it elsewhere', async () => {
    const asked: unknown[] = [];
    const args = { workflow: 'orders', id: 'o-1' };
    const call = { args, identity: { type: 'oidc', claims }, env, now: () => now } as const;
    await resolverOf('Query.status').run(call, async (event) => asked.push(event));
    const caller = callerOfClaims(config, claims, now);
    expect(asked).toEqual([{ field: 'status', args, caller: caller && callerClaims(caller) }]);
  });

  it.each([
    ...[{ iss: 'https://other.example.com' }, { aud: 'other' }, { aud: [] }, { exp: now / 1_000 }, { exp: null }],
    ...[{ sub: '' }, { org: null }, { org: { ne: '' } }, { may_read: null }, { may_read: ['orders', 'orders/o-1'] }],
    { nbf: now / 1_000 + 11 },
  ])('G9: refuses claims like %j', (more) => {
    expect(filterOf(more, { workflow: 'orders', id: 'o-1' })).toMatch(notAuthorized);
  });

  it.each([{}, { [oidcVariable]: '' }, { [oidcVariable]: '{}' }])('refuses all where the API has %j', (variables) => {
    expect(subscribe({}, { workflow: 'orders' }, variables)).toMatchObject({ type: 'error' });
  });

  it('does not count as the authorizer’s word, whatever it claims', () => {
    const caller = JSON.stringify({ type: 'key', keyId: 'k', tenant: 'other', scopes: ['read'] });
    const more = { caller, resolverContext: { caller }, tenant: 'other' };
    expect(filterOf(more, { workflow: 'orders' })).toEqual(eq({ tenant: 'acme', workflow: 'orders' }));
  });
});

describe('on AppSync', () => {
  let stage: Stage;
  let sign: (more?: object) => Promise<string>;
  beforeAll(async () => {
    const issuer = await oidcIssuer();
    sign = (more = {}) => issuer.sign({ org: 'acme', may_read: ['orders'], ...more });
    stage = await startStage(undefined, issuer.options);
    await stage.publish(makeUpdate({ tenant: 'acme', id: 'one', seq: 1 }));
    await stage.publish(makeUpdate({ tenant: 'other', id: 'two', seq: 1 }));
  });
  afterAll(() => stage.close());
  const status = (id: string) => `{ status(workflow: "orders", id: "${id}") { seq error { name } } }`;
  const page = '{ updates(workflow: "orders", id: "one") { updates { seq } } }';

  it('S29: a bare JWT is for OpenID Connect, and reads what its claims say', async () => {
    expect(await stage.ask(await sign(), status('one'))).toMatchObject({ data: { status: { seq: 1, error: null } } });
    expect(await stage.ask(await sign(), page)).toMatchObject({ data: { updates: { updates: [{ seq: 1 }] } } });
  });

  it('G9, S26: another tenant’s, and what it does not name, are like what does not exist', async () => {
    for (const [more, id] of [
      [{}, 'two'],
      [{ may_read: 'orders/three' }, 'one'],
      [{ org: 'other' }, 'one'],
    ] as const)
      expect(await stage.ask(await sign(more), status(id))).toEqual({ status: 200, data: { status: null } });
  });

  it('a bare watch token is for OpenID Connect, too, and nobody there; an API key works beside it', async () => {
    const token = await stage.tokenFor({ type: 'workflow', workflow: 'orders' });
    expect(await stage.ask(token.replace(/^sw_/, ''), status('one'))).toMatchObject({ status: 401 });
    expect(await stage.ask(stage.keyFor('acme'), status('one'))).toMatchObject({ data: { status: { seq: 1 } } });
  });

  it('publishes nothing', async () => {
    const mutation = 'mutation ($update: UpdateInput!) { publishStatus(update: $update) { seq } }';
    const answer = await stage.ask(await sign(), mutation, { update: makeUpdate({ id: 'one', seq: 9 }) });
    expect(answer).toMatchObject({ data: { publishStatus: null }, errors: [{ errorType: 'Unauthorized' }] });
  });
});
