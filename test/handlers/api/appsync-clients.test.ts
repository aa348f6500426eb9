import { beforeAll, describe, expect, it } from 'vitest';
import { type ApiKit, apiKit } from './support/api-kit.ts';

let kit: ApiKit;
beforeAll(async () => {
  kit = await apiKit();
});

const post = (api: ApiKit, headers: Record<string, string>): Promise<Response> =>
  Promise.resolve(
    api.api.request('/graphql', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json; charset=UTF-8', ...headers },
      body: JSON.stringify({ query: '{ __typename }' }),
    }),
  );

describe('POST /graphql for AppSync’s clients', () => {
  it('S29: takes an API key in x-api-key, and any credential in Authorization without Bearer', async () => {
    const key = await kit.key();
    const token = await kit.token({ type: 'workflow', workflow: 'orders' });
    for (const headers of [
      { 'x-api-key': key },
      { 'X-Api-Key': key },
      { Authorization: key },
      { Authorization: `sw_${token}` },
      { Authorization: `Bearer ${token}` },
    ])
      expect((await post(kit, headers)).status).toBe(200);
    expect((await kit.api.request('/executions', { headers: { 'x-api-key': key } })).status).toBe(401);
  });

  it.each<[string, () => Promise<Record<string, string>>, number, string]>([
    ['no credential', async () => ({}), 401, 'unauthorized'],
    ['a wrong key', async () => ({ 'x-api-key': 'sw_nobody_0123456789abcdef' }), 401, 'unauthorized'],
    ['a key without the scope', async () => ({ 'x-api-key': await kit.key({ scopes: ['start'] }) }), 403, 'forbidden'],
  ])('%s is the usual problem, and AppSync’s error in it', async (_, headers, status, type) => {
    const answer = await post(kit, await headers());
    expect(answer.status).toBe(status);
    expect(answer.headers.get('Content-Type')).toBe('application/problem+json');
    expect(answer.headers.get('WWW-Authenticate')).toMatch(/^Bearer/);
    expect(answer.headers.get('x-amzn-ErrorType')).toBe('UnauthorizedException');
    expect(await answer.json()).toMatchObject({
      type: `urn:statuswire:problem:${type}`,
      status,
      errors: [{ errorType: 'UnauthorizedException', message: 'Permission denied' }],
    });
  });

  it('says nothing of AppSync elsewhere', async () => {
    const answer = await kit.get('/executions');
    expect(answer.headers.has('x-amzn-ErrorType')).toBe(false);
    expect(await answer.json()).not.toHaveProperty('errors');
  });

  it('S23: its headers pass the preflight of an allowed origin', async () => {
    const api = await apiKit({ origins: ['https://shop.example'] });
    const answer = await api.api.request('/graphql', {
      method: 'OPTIONS',
      headers: { Origin: 'https://shop.example', 'Access-Control-Request-Method': 'POST' },
    });
    const allowed = answer.headers.get('Access-Control-Allow-Headers')?.toLowerCase().split(',');
    expect(allowed).toEqual(expect.arrayContaining(['x-api-key', 'x-amz-user-agent', 'authorization']));
    const refused = await post(api, { Origin: 'https://shop.example' });
    expect(refused.headers.get('Access-Control-Allow-Origin')).toBe('https://shop.example');
    expect(refused.headers.get('Access-Control-Expose-Headers')).toContain('X-Amzn-ErrorType');
  });
});
