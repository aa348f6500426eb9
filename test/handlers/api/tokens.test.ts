import { beforeAll, describe, expect, it } from 'vitest';
import { type ApiKit, apiKit } from './support/api-kit.ts';
import { iso } from './support/logs.ts';

let kit: ApiKit;
let key: string;
beforeAll(async () => {
  kit = await apiKit();
  key = await kit.key({ tenant: 'acme', scopes: ['tokens'] });
});

const named = (count: number, id = 'order') =>
  Array.from({ length: count }, (_, n) => ({ workflow: 'orders', id: `${id}-${n}` }));

describe('S28: POST /tokens', () => {
  it.each([
    [{ workflow: 'orders' }, { type: 'workflow', workflow: 'orders' }],
    [{ executions: named(20) }, { type: 'executions', executions: named(20) }],
  ])('%j makes a token of the tenant for 15 minutes', async (body, grant) => {
    const answer = await kit.post('/tokens', key, body);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('Cache-Control')).toBe('no-store');
    const { token, expiresAt } = await answer.json();
    expect(expiresAt).toBe(iso(kit.now + 900_000));
    expect(await kit.verifier.verify(token)).toEqual({
      type: 'token',
      tenant: 'acme',
      grant,
      // Names the key, whose tokens share an allowance; not its secret.
      keyId: key.slice(3, 19),
      expiresAt: kit.now + 900_000,
    });
  });

  it.each([1, 86_400])('lives %i s when asked to', async (ttlSeconds) => {
    const { expiresAt } = await (await kit.post('/tokens', key, { workflow: 'orders', ttlSeconds })).json();
    expect(expiresAt).toBe(iso(kit.now + ttlSeconds * 1_000));
  });

  it.each([
    ['nothing', {}],
    ['an execution too many', { executions: named(21) }],
    ['no execution', { executions: [] }],
    ['both', { workflow: 'orders', executions: named(1) }],
    ['a second too long', { workflow: 'orders', ttlSeconds: 86_401 }],
    ['no time', { workflow: 'orders', ttlSeconds: 0 }],
    ['half a second', { workflow: 'orders', ttlSeconds: 0.5 }],
    ['a name too long', { workflow: 'o'.repeat(81) }],
    ['an empty name', { executions: [{ workflow: 'orders', id: '' }] }],
    ['a tenant', { workflow: 'orders', tenant: 'other' }],
    ['names over 2,048 characters', { executions: named(20, 'x'.repeat(77)) }],
  ])('refuses %s with 422', async (_what, body) => {
    const answer = await kit.post('/tokens', key, body);
    expect(answer.status).toBe(422);
    expect(await answer.json()).toMatchObject({
      type: 'urn:statuswire:problem:invalid-input',
      detail: expect.stringMatching(/./),
    });
  });
});
