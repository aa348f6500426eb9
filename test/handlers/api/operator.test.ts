import { beforeEach, describe, expect, it } from 'vitest';
import { type ApiKit, apiKit } from './support/api-kit.ts';
import { iso, now } from './support/logs.ts';

let kit: ApiKit;
let key: string;
beforeEach(async () => {
  kit = await apiKit();
  key = await kit.key({ scopes: ['admin'] });
});

const revoke = (id: string): Promise<Response> =>
  Promise.resolve(kit.api.request(`/keys/${id}`, { method: 'DELETE', headers: { Authorization: `Bearer ${key}` } }));

describe('/keys', () => {
  it('S28: makes a key that works, shows its text once and stores its hash only', async () => {
    const answer = await kit.post('/keys', key, { tenant: 'acme', scopes: ['read', 'start'], label: 'shop' });
    expect(answer.status).toBe(201);
    expect(answer.headers.get('Cache-Control')).toBe('no-store');
    const { key: text, ...shown } = await answer.json();
    expect(shown).toEqual({
      id: expect.any(String),
      tenant: 'acme',
      scopes: ['read', 'start'],
      label: 'shop',
      createdAt: iso(now),
    });
    expect(answer.headers.get('Location')).toBe(`http://localhost/keys/${shown.id}`);
    expect(await kit.verifier.verify(`Bearer ${text}`)).toEqual({
      type: 'key',
      keyId: shown.id,
      tenant: 'acme',
      scopes: ['read', 'start'],
    });
    const list = await (await kit.get('/keys', key)).text();
    expect(JSON.parse(list).keys).toContainEqual(shown);
    const secret = text.slice(`sw_${shown.id}_`.length);
    expect(list).not.toContain(secret);
    expect(JSON.stringify(await kit.store.keys.list(null))).not.toContain(secret);
    expect(list).not.toContain((await kit.store.keys.find(shown.id))?.secretHash);
  });

  it('lists the keys of all tenants, or of one', async () => {
    await kit.key({ tenant: 'acme' });
    const tenants = async (path: string) =>
      (await (await kit.get(path, key)).json()).keys.map(({ tenant }: { tenant: string }) => tenant);
    expect(await tenants('/keys')).toEqual(expect.arrayContaining(['default', 'acme']));
    expect(await tenants('/keys?tenant=acme')).toEqual(['acme']);
  });

  it('a key revoked here stops at once, although it was just used', async () => {
    const text = await kit.key({ scopes: ['read'] });
    expect((await kit.get('/executions', text)).status).toBe(200);
    expect((await revoke(text.split('_')[1] ?? '')).status).toBe(204);
    expect((await kit.get('/executions', text)).status).toBe(401);
    expect((await revoke(text.split('_')[1] ?? '')).status).toBe(404);
  });

  it.each([
    [{}],
    [{ scopes: [] }],
    [{ scopes: ['root'] }],
    [{ scopes: ['read', 'read'] }],
    [{ scopes: ['read'], tenant: '' }],
    [{ scopes: ['read'], label: 'x'.repeat(201) }],
    [{ scopes: ['read'], id: 'mine' }],
  ])('refuses %j with 422', async (body) => {
    expect((await kit.post('/keys', key, body)).status).toBe(422);
  });
});

describe('G10: GET /dead-letters', () => {
  it('is read by pages, newest first', async () => {
    const letters = ['A', 'B', 'C'].map((name) => ({
      id: `01JD${name}`,
      at: now,
      reason: `no ${name}`,
      source: 'events' as const,
      key: name === 'B' ? null : { workflow: 'orders', id: name },
      body: '{}',
    }));
    await kit.store.deadLetters.add(letters);
    const first = await (await kit.get('/dead-letters?limit=2', key)).json();
    expect(first.letters).toEqual([
      {
        id: '01JDC',
        at: iso(now),
        reason: 'no C',
        source: 'events',
        execution: { workflow: 'orders', id: 'C' },
        body: '{}',
        cut: false,
      },
      { id: '01JDB', at: iso(now), reason: 'no B', source: 'events', execution: null, body: '{}', cut: false },
    ]);
    const second = await (await kit.get(`/dead-letters?limit=2&after=${first.next}`, key)).json();
    expect(second).toMatchObject({ letters: [{ id: '01JDA' }], next: null });
  });

  it.each(['?limit=51', '?limit=0', '?after='])('%s is 400', async (query) => {
    expect((await kit.get(`/dead-letters${query}`, key)).status).toBe(400);
  });
});

describe('S1: /bindings', () => {
  const machineArn = 'arn:aws:states:eu-west-1:999999999999:stateMachine:taken';

  it('are listed by page and undone, for the operator', async () => {
    await kit.store.bindings.bind('taken', machineArn);
    await kit.store.bindings.bind('zebra', machineArn);
    const first = await (await kit.get('/bindings?limit=1', key)).json();
    expect(first).toEqual({ bindings: [{ workflow: 'taken', machineArn }], next: 'taken' });
    const rest = await (await kit.get(`/bindings?after=${first.next}`, key)).json();
    expect(rest).toEqual({ bindings: [{ workflow: 'zebra', machineArn }], next: null });
    const headers = { authorization: `Bearer ${key}` };
    const unbind = async () => kit.api.request('/bindings/taken', { method: 'DELETE', headers });
    expect([(await unbind()).status, (await unbind()).status]).toEqual([204, 404]);
    expect(await kit.store.bindings.find('taken')).toBeNull();
  });

  it.each(['?limit=101', '?limit=0', '?after='])('%s is 400', async (query) => {
    expect((await kit.get(`/bindings${query}`, key)).status).toBe(400);
  });
});
