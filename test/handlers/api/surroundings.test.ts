import { Hono } from 'hono';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Log } from '../../../core/ports.ts';
import { updateSchema } from '../../../handlers/api/schemas.ts';
import { type ApiKit, apiKit } from './support/api-kit.ts';
import { seed, updateOf } from './support/logs.ts';

let kit: ApiKit;
beforeAll(async () => {
  kit = await apiKit();
  await seed(kit.store.log, { id: 'o-1' });
});
const brokenLog = (): Log => ({ ...kit.store.log, load: () => Promise.reject(new Error('SQLITE_IOERR /data/x.db')) });

describe('unexpected errors', () => {
  it('S26: show an id, never a stack, and are reported under it', async () => {
    const broken = await apiKit({ log: brokenLog(), verifier: kit.verifier });
    const answer = await broken.get('/status/orders/o-1?wait=1', await kit.key(), { 'X-Request-Id': 'mine-1' });
    expect(answer.status).toBe(500);
    expect(answer.headers.get('Content-Type')).toBe('application/problem+json');
    expect(answer.headers.get('X-Request-Id')).toBe('mine-1');
    const [report] = broken.reported;
    expect(await answer.json()).toEqual({
      type: 'urn:statuswire:problem:internal',
      title: 'An unexpected error',
      status: 500,
      instance: `urn:statuswire:error:${report?.errorId}`,
    });
    expect(report).toMatchObject({ method: 'GET', path: '/status/orders/o-1', requestId: 'mine-1' });
    expect(report?.error).toMatchObject({ message: 'SQLITE_IOERR /data/x.db' });
  });

  it('a key store in trouble is no 401', async () => {
    const verify = () => Promise.reject(new Error('down'));
    const broken = await apiKit({ verifier: { ...kit.verifier, verify } });
    expect((await broken.get('/executions', 'x')).status).toBe(500);
  });
});

describe('GET /healthz', () => {
  it('is public, and 200 while the log answers', async () => {
    const answer = await kit.get('/healthz');
    expect([answer.status, await answer.json()]).toEqual([200, { status: 'ok' }]);
    expect(answer.headers.get('Cache-Control')).toBe('no-store');
  });

  it('is 503 when it does not', async () => {
    const answer = await (await apiKit({ log: brokenLog() })).get('/healthz');
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({ type: 'urn:statuswire:problem:unavailable' });
  });
});

describe('GET /readyz', () => {
  const statusOf = async (deps: Parameters<typeof apiKit>[0]) => (await (await apiKit(deps)).get('/readyz')).status;

  it('is public, and 200 where nobody says otherwise', async () => {
    const answer = await kit.get('/readyz');
    expect([answer.status, await answer.json()]).toEqual([200, { status: 'ready' }]);
    expect(answer.headers.get('Cache-Control')).toBe('no-store');
  });

  it('is 503 while the service starts or stops, without any doubt about the log, and when that does not answer', async () => {
    let ready = false;
    const api = await apiKit({ isReady: () => ready });
    expect((await api.get('/readyz')).status).toBe(503);
    expect((await api.get('/healthz')).status).toBe(200);
    ready = true;
    expect((await api.get('/readyz')).status).toBe(200);
    expect(await statusOf({ isReady: () => true, log: brokenLog() })).toBe(503);
    expect(await statusOf({ healthProblems: () => ['database-damaged'] })).toBe(503);
    expect(await statusOf({ healthProblems: () => ['writes-refused'] })).toBe(200);
  });
});

describe('S22: URLs in answers', () => {
  const discovered = async (api: ApiKit, path: string, headers = {}) =>
    (await (await api.get(path, undefined, headers)).json()).channels[0].url;
  const started = async (api: ApiKit, path: string) =>
    (await (await api.post(path, await api.key(), { id: 'a' })).json()).statusUrl;

  it('are at the origin of the request', async () => {
    expect(await discovered(kit, 'http://10.0.0.1:8787/.well-known/statuswire')).toBe('http://10.0.0.1:8787/');
    expect(await started(kit, 'https://api.example/executions/orders')).toBe('https://api.example/status/orders/a');
  });

  it.each(['/sw', 'sw/', '/sw/'])('are under the base path %s, where the routes are', async (basePath) => {
    const api = await apiKit({ basePath });
    expect(await discovered(api, '/sw/.well-known/statuswire')).toBe('http://localhost/sw/');
    expect(await started(api, '/sw/executions/orders')).toBe('http://localhost/sw/status/orders/a');
    expect((await api.get('/sw/healthz')).status).toBe(200);
    for (const path of ['/healthz', '/sw/none', '/swx/healthz']) {
      const answer = await api.get(path);
      expect([answer.status, answer.headers.get('Content-Type')]).toEqual([404, 'application/problem+json']);
    }
    expect((await api.api.request('/sw/tokens')).status).toBe(405);
  });

  it('believe no forwarding header', async () => {
    const headers = {
      'X-Forwarded-Host': 'evil.example',
      'X-Forwarded-Proto': 'https',
      Forwarded: 'host=evil.example',
    };
    expect(await discovered(kit, '/.well-known/statuswire', headers)).toBe('http://localhost/');
  });

  it('are under the public URL when there is one', async () => {
    const api = await apiKit({ basePath: '/inner', publicUrl: 'https://api.example/outer/' });
    expect(await discovered(api, '/inner/.well-known/statuswire')).toBe('https://api.example/outer/');
    expect(await started(api, '/inner/executions/orders')).toBe('https://api.example/outer/status/orders/a');
  });

  it('works inside another application', async () => {
    const outer = new Hono().route('/', (await apiKit()).api).get('/', (c) => c.text('dashboard'));
    expect(await (await outer.request('/')).text()).toBe('dashboard');
    const denied = await outer.request('/executions');
    expect([denied.status, denied.headers.get('Content-Type')]).toEqual([401, 'application/problem+json']);
    expect((await outer.request('/tokens')).status).toBe(405);
  });
});

describe('S23: CORS', () => {
  const origin = 'https://shop.example';
  const preflight = { Origin: origin, 'Access-Control-Request-Method': 'POST' };
  const ask = (api: ApiKit, headers: Record<string, string>, method = 'GET') =>
    api.api.request('/status/orders/none', { method, headers });

  it('is off by default', async () => {
    const answer = await ask(kit, { Origin: origin });
    expect([...answer.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
  });

  it('lets the named origin read, errors included', async () => {
    const api = await apiKit({ origins: ['https://other.example', origin] });
    const answer = await ask(api, { Origin: origin });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('Access-Control-Allow-Origin')).toBe(origin);
    expect(answer.headers.get('Vary')).toBe('Origin');
    const exposed = answer.headers.get('Access-Control-Expose-Headers')?.split(',');
    expect(exposed).toEqual(expect.arrayContaining(['ETag', 'Retry-After', 'Location', 'RateLimit']));
    expect(answer.headers.has('Access-Control-Allow-Credentials')).toBe(false);
    const before = await ask(api, preflight, 'OPTIONS');
    expect(before.status).toBe(204);
    expect(before.headers.get('Access-Control-Allow-Headers')).toContain('Authorization');
    expect(before.headers.get('Access-Control-Allow-Methods')).toContain('DELETE');
  });

  it.each(['https://evil.example', 'https://shop.example.evil', 'http://shop.example', 'null'])(
    'not %s',
    async (other) => {
      const api = await apiKit({ origins: [origin] });
      for (const answer of [
        await ask(api, { Origin: other }),
        await ask(api, { ...preflight, Origin: other }, 'OPTIONS'),
      ]) {
        expect(answer.headers.has('Access-Control-Allow-Origin')).toBe(false);
      }
    },
  );

  it('* lets every origin', async () => {
    const answer = await ask(await apiKit({ origins: ['*'] }), { Origin: origin });
    expect(answer.headers.get('Access-Control-Allow-Origin')).toBe('*');
  });
});

describe('request ids', () => {
  it.each(['a b', 'x'.repeat(101), '<script>'])('replaces %s', async (id) => {
    const answer = await kit.get('/healthz', undefined, { 'X-Request-Id': id });
    expect(answer.headers.get('X-Request-Id')).toMatch(/^[0-9a-f]{16}$/);
  });
});

it('the described update is the contract', () => {
  const update = updateOf({ id: 'a', last: { output: { a: [1] }, error: { name: 'E', cause: null } } }, 1);
  expect(updateSchema.strict().parse(update)).toEqual(update);
});
