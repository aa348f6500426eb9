import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OidcConfig } from '../../core/oidc.ts';
import { callerOfClaims, maxNamedByToken } from '../../core/oidc-claims.ts';

const now = Date.parse('2026-01-01T12:00:00.500Z');
const exp = Math.floor(now / 1_000) + 60;
const config: OidcConfig = {
  ...{ issuer: 'https://id.example.com/realm', audience: ['statuswire', 'shop'] },
  ...{ tenant: { claim: 'org' }, access: { claim: 'may_read' } },
};
const claims = { iss: config.issuer, aud: 'shop', sub: 'u1', exp, org: 'acme', may_read: ['orders'] };
const caller = (more: object = {}, other: Partial<OidcConfig> = {}) =>
  callerOfClaims({ ...config, ...other }, JSON.parse(JSON.stringify({ ...claims, ...more })), now);
const grantOf = (said: unknown) => {
  const made = caller({ may_read: said });
  return made?.type === 'token' ? made.grant : null;
};

describe('G9: the caller that claims make', () => {
  it('is of the tenant, may read what is named, until the token ends', () => {
    const grant = { type: 'workflows', workflows: ['orders'] };
    expect(caller()).toEqual({ type: 'token', tenant: 'acme', grant, expiresAt: exp * 1_000, subject: 'u1' });
  });

  it('is of the one tenant, and may read all of it, where the configuration says so', () => {
    const other: Partial<OidcConfig> = { tenant: { constant: 'default' }, access: 'tenant' };
    expect(caller({ org: undefined, may_read: undefined }, other)).toMatchObject({
      tenant: 'default',
      grant: { type: 'tenant' },
    });
  });

  it.each<[unknown, object]>([
    ['orders', { type: 'workflows', workflows: ['orders'] }],
    [['orders', 'parcels'], { type: 'workflows', workflows: ['orders', 'parcels'] }],
    ['orders/o-1', { type: 'executions', executions: [{ workflow: 'orders', id: 'o-1' }] }],
    [
      ['orders/o-1', 'parcels/p-1'],
      {
        type: 'executions',
        executions: [
          { workflow: 'orders', id: 'o-1' },
          { workflow: 'parcels', id: 'p-1' },
        ],
      },
    ],
  ])('may read what %j names', (said, grant) => {
    expect(grantOf(said)).toEqual(grant);
  });

  it.each([
    ...[undefined, null, '', [], {}, 7, true, { 0: 'orders', length: 1 }, [['orders']], ['orders', 7], ['orders', '']],
    ...['/', 'orders/', '/o-1', 'orders/o-1/x', ['orders', 'parcels/p-1'], 'x'.repeat(81), `orders/${'x'.repeat(81)}`],
    Array.from({ length: maxNamedByToken + 1 }, (_, n) => `orders/o-${n}`),
  ])('is nobody where what may be read is %j', (said) => {
    expect(caller({ may_read: said })).toBeNull();
  });

  it.each([
    ...[{ iss: undefined }, { iss: 'https://id.example.com' }, { iss: `${config.issuer}/` }, { iss: [config.issuer] }],
    ...[{ aud: undefined }, { aud: 'other' }, { aud: ['other'] }, { aud: [] }, { aud: 'shop2' }, { aud: [['shop']] }],
    ...[{ org: undefined }, { org: '' }, { org: ['acme'] }, { org: 7 }, { org: 'x'.repeat(129) }],
    ...[{ sub: undefined }, { sub: '' }, { sub: 7 }, { sub: 'x'.repeat(256) }],
    ...[{ exp: undefined }, { exp: String(exp) }, { exp: Math.floor(now / 1_000) }, { nbf: 'now' }],
    { nbf: Math.ceil(now / 1_000) + 11 },
  ])('is nobody with %j', (more) => {
    expect(caller(more)).toBeNull();
  });

  it.each([
    { aud: ['other', 'statuswire'] },
    { nbf: Math.floor(now / 1_000) + 10 },
    { exp: Math.floor(now / 1_000) + 1 },
  ])('is somebody with %j', (more) => {
    expect(caller(more)).not.toBeNull();
  });

  it.each(['constructor', '__proto__', 'toString'])('a claim called %s is one that the token must have', (claim) => {
    expect(caller({}, { tenant: { claim } })).toBeNull();
    expect(caller({}, { access: { claim } })).toBeNull();
  });

  it('never throws, whatever the claims are', () => {
    const value = fc.jsonValue();
    const some = fc.record({ aud: value, org: value, may_read: value, sub: value, nbf: value });
    fc.assert(
      fc.property(some, (more) => {
        expect([null, 'token']).toContain(caller(more)?.type ?? null);
      }),
    );
  });
});
