import { describe, expect, it } from 'vitest';
import { readOidcConfig } from '../../../handlers/authorize/oidc-config.ts';

const good = {
  ...{ issuer: 'https://id.example.com', audience: 'statuswire', tenant: { claim: 'org' }, access: { claim: 'may' } },
};
const read = (more: object) => readOidcConfig(JSON.stringify({ ...good, ...more }));

describe('the OpenID Connect configuration', () => {
  it.each([
    {},
    { audience: ['a', 'b'], jwksUri: 'https://id.example.com/keys' },
    { tenant: { constant: 'default' }, access: 'tenant' },
    { issuer: 'http://localhost:8080/realms/shop' },
  ])('takes %j', (more) => {
    expect(read(more)).toEqual({ ...good, ...more });
  });

  it.each([
    ...[{ issuer: 'http://id.example.com' }, { issuer: 'id.example.com' }, { issuer: 'http://localhost.example.com' }],
    ...[{ issuer: undefined }, { audience: undefined }, { audience: [] }, { audience: '' }, { jwksUri: 'http://a.b/' }],
    ...[{ tenant: undefined }, { tenant: 'default' }, { tenant: {} }, { tenant: { constant: 'a', claim: 'b' } }],
    ...[{ access: undefined }, { access: 'all' }, { access: {} }, { access: { claim: '' } }, { scope: 'read' }],
  ])('G9: refuses %j, and says what', (more) => {
    const [name = ''] = Object.keys(more);
    expect(() => read(more)).toThrow(name === 'scope' ? 'the whole: ' : `${name}`);
  });

  it('refuses what is no JSON', () => {
    expect(() => readOidcConfig('issuer: a')).toThrow();
  });
});
