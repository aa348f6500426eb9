import { beforeEach, describe, expect, it } from 'vitest';
import { type ApiKit, apiKit } from './support/api-kit.ts';
import { iso } from './support/logs.ts';

let kit: ApiKit;
let key: string;
beforeEach(async () => {
  kit = await apiKit();
  key = await kit.key({ tenant: 'acme', scopes: ['webhooks'] });
});

const filter = { workflows: ['orders'], kinds: ['status'], statuses: ['FAILED'] };
const wanted = { url: 'https://example.com/hook', filter, description: 'ours' };
const remove = (id: string, credential = key): Promise<Response> =>
  Promise.resolve(
    kit.api.request(`/webhooks/${id}`, { method: 'DELETE', headers: { Authorization: `Bearer ${credential}` } }),
  );

describe('/webhooks', () => {
  it('shows the secret at registration and never again', async () => {
    const answer = await kit.post('/webhooks', key, wanted);
    const shown = { id: 'ep_1', ...wanted, createdAt: iso(kit.now) };
    expect(answer.status).toBe(201);
    expect(answer.headers.get('Location')).toBe('http://localhost/webhooks/ep_1');
    expect(answer.headers.get('Cache-Control')).toBe('no-store');
    expect(await answer.json()).toEqual({ ...shown, secret: 'whsec_c2VjcmV0' });
    expect(await (await kit.get('/webhooks/ep_1', key)).json()).toEqual(shown);
    expect(await (await kit.get('/webhooks', key)).json()).toEqual({ webhooks: [shown] });
    expect((await kit.store.endpoints.get('acme', 'ep_1'))?.tenant).toBe('acme');
  });

  it('lets everything through without a filter', async () => {
    expect(await (await kit.post('/webhooks', key, { url: wanted.url })).json()).toMatchObject({
      filter: {},
      description: '',
    });
  });

  it('removes once', async () => {
    await kit.post('/webhooks', key, wanted);
    expect((await remove('ep_1')).status).toBe(204);
    expect((await remove('ep_1')).status).toBe(404);
    expect((await kit.get('/webhooks/ep_1', key)).status).toBe(404);
  });

  it("S26: another tenant's webhook is like none", async () => {
    await kit.post('/webhooks', key, wanted);
    const other = await kit.key({ tenant: 'other', scopes: ['webhooks'] });
    const bodies = [await kit.get('/webhooks/ep_1', other), await kit.get('/webhooks/ep_9', other)].map((a) =>
      a.text(),
    );
    const [foreign, absent] = await Promise.all(bodies);
    expect(foreign).toBe(absent);
    expect((await remove('ep_1', other)).status).toBe(404);
    expect(await (await kit.get('/webhooks', other)).json()).toEqual({ webhooks: [] });
    expect((await kit.get('/webhooks/ep_1', key)).status).toBe(200);
  });

  it('G9: what the registration refuses is 422 with its reason', async () => {
    const answer = await kit.post('/webhooks', key, { url: 'http://127.0.0.1/' });
    expect(answer.status).toBe(422);
    expect(await answer.json()).toMatchObject({ detail: 'the host has an address that is not public' });
  });

  it.each([
    [{}],
    [{ url: 7 }],
    [{ url: '' }],
    [{ url: `https://example.com/${'x'.repeat(2_048)}` }],
    [{ ...wanted, filter: { workflows: [] } }],
    [{ ...wanted, filter: { statuses: ['DONE'] } }],
    [{ ...wanted, filter: { kinds: 'status' } }],
    [{ ...wanted, filter: { tenants: ['x'] } }],
    [{ ...wanted, tenant: 'other' }],
    [{ ...wanted, secret: 'whsec_mine' }],
    [{ ...wanted, description: 'x'.repeat(201) }],
  ])('refuses %j with 422', async (body) => {
    expect((await kit.post('/webhooks', key, body)).status).toBe(422);
    expect(await kit.store.endpoints.list('acme')).toEqual([]);
  });
});
