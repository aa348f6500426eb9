import { beforeEach, describe, expect, it } from 'vitest';
import { tenantScopes } from '../../../core/access.ts';
import { type ApiKit, apiKit } from './support/api-kit.ts';
import { iso, now, seed } from './support/logs.ts';

const arn = 'arn:aws:states:local:000000000000:execution:orders:failed';
let kit: ApiKit;
let admin: string;
beforeEach(async () => {
  kit = await apiKit();
  admin = await kit.key({ scopes: ['admin'] });
  const run = { executionArn: arn, express: false, startDate: now - 9_000, firstAt: now - 9_000 };
  const book = {
    attempt: 0,
    end: { status: 'FAILED', source: 'event', at: now, result: { type: 'none' }, error: null },
  };
  const failed = { status: 'FAILED', done: true } as const;
  const plan = { id: 'failed', length: 2, last: failed, book: book as never };
  await seed(kit.store.log, { ...plan, tenant: 'acme', head: { run } });
  await seed(kit.store.log, { id: 'running', head: { run } });
  await seed(kit.store.log, { ...plan, id: 'unstarted' });
});

const remove = (path: string): Promise<Response> =>
  Promise.resolve(kit.api.request(path, { method: 'DELETE', headers: { Authorization: `Bearer ${admin}` } }));
const redrive = (id: string) => kit.post(`/executions/orders/${id}/redrive`, admin, '');

describe('S24: POST /executions/{workflow}/{id}/redrive', () => {
  it('asks Step Functions, and what it told is in the log before the answer, whoever owns it', async () => {
    const asked: string[] = [];
    kit.redriveAnswer = (of) => {
      asked.push(of);
      return { type: 'redriven', redriveCount: 1, redriveDate: now };
    };
    const answer = await redrive('failed');
    expect(answer.status).toBe(202);
    expect(answer.headers.get('Location')).toBe('http://localhost/status/orders/failed');
    expect(await answer.json()).toEqual({ workflow: 'orders', id: 'failed', redriveCount: 1, redrivenAt: iso(now) });
    expect(asked).toEqual([arn]);
    const acme = await kit.key({ tenant: 'acme', scopes: ['read'] });
    const update = await (await kit.get('/status/orders/failed', acme)).json();
    expect(update).toMatchObject({ seq: 3, status: 'RUNNING', redriveCount: 1, tenant: 'acme', occurredAt: iso(now) });
  });

  it('is 409 with the reason where Step Functions refuses, and changes nothing', async () => {
    kit.redriveAnswer = () => ({ type: 'refused', reason: 'Execution is RUNNING and cannot be redriven' });
    const answer = await redrive('running');
    expect(answer.status).toBe(409);
    expect(await answer.json()).toMatchObject({
      type: 'urn:statuswire:problem:conflict',
      detail: 'Execution is RUNNING and cannot be redriven',
    });
    expect((await kit.store.log.load([{ workflow: 'orders', id: 'running' }]))[0]?.seq).toBe(1);
  });

  it('is 409 for one whose start failed: its dead letter is what to redrive', async () => {
    const answer = await redrive('unstarted');
    expect(answer.status).toBe(409);
    expect((await answer.json()).detail).toContain('dead letter');
  });

  it('is 404 for what is not there', async () => {
    expect((await redrive('absent')).status).toBe(404);
    expect((await redrive('x'.repeat(81))).status).toBe(404);
  });
});

describe('S24, S4: DELETE /executions/{workflow}/{id}', () => {
  it('is 204, and from then on the execution is 404 everywhere', async () => {
    const acme = await kit.key({ tenant: 'acme' });
    expect((await remove('/executions/orders/failed')).status).toBe(204);
    for (const path of ['/status/orders/failed', '/status/orders/failed/updates', '/result/orders/failed']) {
      expect((await kit.get(path, acme)).status).toBe(404);
    }
    expect((await (await kit.get('/executions', acme)).json()).executions).toEqual([]);
    expect((await remove('/executions/orders/failed')).status).toBe(404);
    expect((await redrive('failed')).status).toBe(404);
  });

  it('is 409 while it is not done, and 404 where there is none', async () => {
    const answer = await remove('/executions/orders/running');
    expect(answer.status).toBe(409);
    expect(await answer.json()).toMatchObject({ type: 'urn:statuswire:problem:conflict' });
    expect((await remove('/executions/orders/absent')).status).toBe(404);
  });
});

describe('/dead-letters/{id}', () => {
  beforeEach(async () => {
    const whole = { at: now, reason: 'then unknown', source: 'events' as const, key: null };
    await kit.store.deadLetters.add([
      { ...whole, id: 'whole', body: '{"source":"x"}' },
      { ...whole, id: 'cut', body: `"${'y'.repeat(65_535)}` },
    ]);
  });

  it('is shown with what was rejected, and says when that is only its beginning', async () => {
    expect(await (await kit.get('/dead-letters/whole', admin)).json()).toMatchObject({ id: 'whole', cut: false });
    expect(await (await kit.get('/dead-letters/cut', admin)).json()).toMatchObject({ id: 'cut', cut: true });
    expect((await kit.get('/dead-letters/none', admin)).status).toBe(404);
  });

  it('is redriven: 202, and the letter is gone', async () => {
    const answer = await kit.post('/dead-letters/whole/redrive', admin, '');
    expect([answer.status, await answer.json()]).toEqual([202, { execution: null }]);
    expect(kit.ingested).toEqual([[{ source: 'x' }]]);
    expect((await kit.get('/dead-letters/whole', admin)).status).toBe(404);
    expect((await kit.post('/dead-letters/whole/redrive', admin, '')).status).toBe(404);
  });

  it('is 409 with the reason where it cannot be taken, and stays', async () => {
    kit.ingestAnswer = async () => ({ accepted: 0, rejected: [{ index: 0, reason: 'still unknown' }] });
    for (const [id, detail] of [
      ['whole', 'still unknown'],
      ['cut', expect.stringContaining('64 KiB')],
    ]) {
      const answer = await kit.post(`/dead-letters/${id}/redrive`, admin, '');
      expect(answer.status).toBe(409);
      expect((await answer.json()).detail).toEqual(detail);
      expect((await kit.get(`/dead-letters/${id}`, admin)).status).toBe(200);
    }
  });

  it('is deleted: 204, then 404', async () => {
    expect((await remove('/dead-letters/cut')).status).toBe(204);
    expect((await remove('/dead-letters/cut')).status).toBe(404);
  });
});

describe('S24: an admin key sees all tenants', () => {
  it('reads status, updates and result of another tenant, if it may read at all', async () => {
    const reader = await kit.key({ scopes: ['read', 'admin'] });
    for (const path of ['/status/orders/failed', '/status/orders/failed/updates', '/result/orders/failed']) {
      expect((await kit.get(path, reader)).status).toBe(200);
      expect((await kit.get(path, await kit.key({ scopes: tenantScopes }))).status).toBe(404);
      expect((await kit.get(path, admin)).status).toBe(403);
    }
  });

  it('lists its own tenant, or the one it names; nobody else lists another', async () => {
    const reader = await kit.key({ scopes: ['read', 'admin'] });
    const ids = async (query: string, key: string) =>
      (await (await kit.get(`/executions${query}`, key)).json()).executions.map(({ id }: { id: string }) => id).sort();
    expect(await ids('', reader)).toEqual(['running', 'unstarted']);
    expect(await ids('?tenant=acme', reader)).toEqual(['failed']);
    const tenantKey = await kit.key({ scopes: tenantScopes });
    expect(await ids('?tenant=acme', tenantKey)).toEqual([]);
    const foreign = await kit.get(
      '/executions?tenant=default&limit=1',
      await kit.key({ tenant: 'acme', scopes: ['read'] }),
    );
    expect(await foreign.json()).toEqual({ executions: [], next: null });
    expect(await ids('?tenant=default', tenantKey)).toEqual(['running', 'unstarted']);
    const token = await kit.token({ type: 'workflow', workflow: 'orders' });
    expect(await ids('?tenant=acme', token)).toEqual([]);
  });
});
