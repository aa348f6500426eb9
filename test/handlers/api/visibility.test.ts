import { beforeAll, describe, expect, it } from 'vitest';
import { tenantScopes } from '../../../core/access.ts';
import { type ApiKit, apiKit } from './support/api-kit.ts';
import { now, seed } from './support/logs.ts';

let kit: ApiKit;
let key: string;

/** Everything of an answer but its request id and date: what two callers could compare. */
async function fingerprint(answer: Response): Promise<unknown> {
  const headers = [...answer.headers].filter(([name]) => name !== 'x-request-id' && name !== 'date');
  return { status: answer.status, headers, body: await answer.text() };
}

beforeAll(async () => {
  kit = await apiKit();
  key = await kit.key({ scopes: tenantScopes });
  const { log } = kit.store;
  await seed(log, { id: 'mine', length: 2 });
  await seed(log, { id: 'foreign', tenant: 'other', length: 2 });
  await seed(log, { id: 'unowned', tenant: null, length: 2 });
  await seed(log, { id: 'empty', length: 0 });
  await seed(log, { id: 'expired', head: { expiresAt: now } });
  await seed(log, { id: 'forgotten', head: { goneUntil: now + 1 } });
  await seed(log, { id: 'gone-long-ago', head: { goneUntil: now - 1 } });
  await seed(log, { workflow: 'returns', id: 'mine' });
});

const routes = [
  '/status/orders/ID',
  '/status/orders/ID/updates',
  '/status/orders/ID/updates?after=MDE',
  '/result/orders/ID',
];

describe.each(routes)('S26: %s', (route) => {
  const path = (id: string): string => route.replace('ID', id);

  it('shows what is mine', async () => {
    expect((await kit.get(path('mine'), key)).status).toBe(
      route.includes('after') ? 400 : route.includes('result') ? 202 : 200,
    );
  });

  it.each(['foreign', 'unowned', 'empty', 'expired', 'forgotten', 'gone-long-ago', 'x'.repeat(81), '%E0%A4', '%00'])(
    'answers %s exactly like what does not exist',
    async (id) => {
      const absent = await fingerprint(await kit.get(path('absent'), key));
      expect(await fingerprint(await kit.get(path(id), key))).toEqual(absent);
      if (!route.includes('after')) expect(absent).toMatchObject({ status: 404 });
    },
  );

  it('answers alike under If-None-Match', async () => {
    const headers = { 'If-None-Match': '*' };
    const absent = await fingerprint(await kit.get(path('absent'), key, headers));
    expect(await fingerprint(await kit.get(path('foreign'), key, headers))).toEqual(absent);
  });
});

it('does not ask the store for names that Step Functions does not allow', async () => {
  const asked: unknown[] = [];
  const load: typeof kit.store.log.load = async (keys) => {
    asked.push(keys);
    return kit.store.log.load(keys);
  };
  const spied = await apiKit({ log: { ...kit.store.log, load }, verifier: kit.verifier });
  await spied.get(`/status/orders/${'x'.repeat(81)}`, key);
  await spied.get(`/status/${'x'.repeat(81)}/mine`, key);
  expect(asked).toEqual([]);
  await spied.get(`/status/orders/${'x'.repeat(80)}`, key);
  expect(asked).toHaveLength(1);
});

it('S4: is visible until the moment it expires', async () => {
  await seed(kit.store.log, { id: 'expiring', head: { expiresAt: now + 1 } });
  expect((await kit.get('/status/orders/expiring', key)).status).toBe(200);
  kit.now = now + 1;
  expect((await kit.get('/status/orders/expiring', key)).status).toBe(404);
  kit.now = now;
});

describe('S28: a watch token reads only what it names', () => {
  it.each([
    ['/status/orders/mine', 200],
    ['/status/orders/mine/updates', 200],
    ['/result/orders/mine', 202],
    ['/status/returns/mine', 404],
    ['/status/orders/foreign', 404],
    ['/status/orders/absent', 404],
    ['/executions', 403],
  ])('named executions: %s is %i', async (path, status) => {
    const executions = ['mine', 'foreign', 'absent'].map((id) => ({ workflow: 'orders', id }));
    const token = await kit.token({ type: 'executions', executions });
    expect((await kit.get(path, token)).status).toBe(status);
  });

  it('answers an execution of its tenant that it does not name like one that does not exist', async () => {
    const token = await kit.token({ type: 'executions', executions: [{ workflow: 'orders', id: 'absent' }] });
    const absent = await fingerprint(await kit.get('/status/orders/absent', token));
    expect(await fingerprint(await kit.get('/status/orders/mine', token))).toEqual(absent);
  });

  it.each([
    ['/status/orders/mine', 200],
    ['/status/returns/mine', 404],
    ['/status/orders/foreign', 404],
  ])('one workflow: %s is %i', async (path, status) => {
    const token = await kit.token({ type: 'workflow', workflow: 'orders' });
    expect((await kit.get(path, token)).status).toBe(status);
  });

  it('ends at its expiry', async () => {
    const token = await kit.token({ type: 'workflow', workflow: 'orders' });
    kit.now = now + 899_000;
    expect((await kit.get('/status/orders/mine', token)).status).toBe(200);
    kit.now = now + 900_000;
    expect((await kit.get('/status/orders/mine', token)).status).toBe(401);
    kit.now = now;
  });
});
