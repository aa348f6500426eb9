import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadStaticFiles } from '../../../embedded/demo/static-files.ts';
import { withPages } from '../../../embedded/service/pages.ts';
import { type Backend, createBackend } from '../../../examples/order-page/backend.ts';
import { type ServiceKit, serviceKit } from '../../support/service-kit.ts';

const api = () => new Response('api');
const page = { path: '/page', fetch: (_: Request, rest: string) => new Response(`page ${rest}`) };
const ask = async (fetch: ReturnType<typeof withPages>, path: string) =>
  (await fetch(new Request(`http://127.0.0.1${path}`))).text();

describe('pages beside the API', () => {
  it.each([
    ['', '/page', 'page '],
    ['', '/page/a', 'page /a'],
    ['', '/pages', 'api'],
    ['', '/status/orders/page', 'api'],
    ['/base', '/base/page/a', 'page /a'],
    ['/base', '/page', 'api'],
  ])('S22: under the base path "%s", %s is %s', async (basePath, path, answer) => {
    expect(await ask(withPages(api, [page], basePath), path)).toBe(answer);
  });

  it('there are none unless they are given', () => {
    expect(withPages(api)).toBe(api);
  });
});

describe('a built page', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'statuswire-page-'));
    mkdirSync(join(folder, 'assets'));
    writeFileSync(join(folder, 'index.html'), '<!doctype html>');
    writeFileSync(join(folder, 'assets/a-1.js'), '1;');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('is asked for each time, its assets are kept for good, and both are closed to everything else', async () => {
    const files = await loadStaticFiles(folder);
    const get = (path: string, headers = {}) => files(new Request('http://127.0.0.1/', { headers }), path);
    const [html, script] = [get('/')?.headers, get('/assets/a-1.js')?.headers];
    expect(html?.get('cache-control')).toBe('no-cache');
    expect(script?.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(script?.get('content-type')).toMatch('text/javascript');
    expect(html?.get('content-security-policy')).toMatch(/^default-src 'none'; script-src 'self';/);
    expect(get('/', { 'if-none-match': html?.get('etag') })?.status).toBe(304);
    expect(get('/../package.json')).toBeNull();
    expect(get('/index.html')).toBeNull();
  });
});

describe("the order page's backend", () => {
  let kit: ServiceKit;
  let backend: Backend;
  beforeAll(async () => {
    kit = await serviceKit();
    backend = createBackend({
      url: kit.service.url,
      apiKey: kit.service.apiKey,
      cookiePath: '/examples/order-page',
      hostNames: ['localhost'],
    });
  });
  afterAll(() => kit.stop());

  const post = (path: string, cookie = '', body: unknown = {}, type = 'application/json') =>
    backend.fetch(
      new Request(`http://127.0.0.1${path}`, {
        method: 'POST',
        headers: { 'content-type': type, cookie },
        body: JSON.stringify(body),
      }),
      path,
    );
  async function place(cookie = '') {
    const answer = await post('/orders', cookie, { carrier: 'down-once' });
    const [placed = '', ...attributes] = (answer.headers.get('set-cookie') ?? '').split('; ');
    return { answer, placed, attributes, ...((await answer.json()) as { id: string; token: string }) };
  }

  it('hands out a token that reads the order and no other', async () => {
    const [first, second] = [await place(), await place()];
    expect(first.attributes).toEqual(
      expect.arrayContaining(['HttpOnly', 'SameSite=Strict', 'Path=/examples/order-page']),
    );
    expect(first.answer.headers.get('cache-control')).toBe('no-store');
    const { token } = (await (await post(`/orders/${first.id}/token`, first.placed)).json()) as { token: string };
    for (const credential of [first.token, token]) {
      expect((await kit.call(`/status/orders/${first.id}`, { credential })).status).toBe(200);
      expect((await kit.call(`/status/orders/${second.id}`, { credential })).status).toBe(404);
    }
  });

  it('knows the orders of a browser, and no order for anybody else or for a cookie it has not signed', async () => {
    const first = await place();
    const second = await place(first.placed);
    expect((await post(`/orders/${first.id}/token`, second.placed)).status).toBe(200);
    const forged = second.placed.replace(first.id, 'order-1').replace(/~.*/, `~${'A'.repeat(43)}`);
    for (const cookie of ['', first.placed, forged, `placed=${second.id}~`]) {
      expect((await post(`/orders/${second.id}/token`, cookie)).status).toBe(404);
      expect((await post(`/orders/${second.id}/redrive`, cookie)).status).toBe(404);
    }
  });

  it('refuses what another site could make a browser send, and what is no JSON', async () => {
    expect((await post('/orders', '', {}, 'text/plain')).status).toBe(405);
    const broken = new Request('http://127.0.0.1/orders', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{',
    });
    expect((await backend.fetch(broken, '/orders')).status).toBe(400);
  });

  it.each([
    ['127.0.0.1:8787', 202],
    ['[::1]:8787', 202],
    ['192.168.1.20', 202],
    ['localhost:8787', 202],
    ['LOCALHOST', 202],
    ['attacker.example', 421],
    ['attacker.example:8787', 421],
    ['localhost.attacker.example', 421],
    ['127.0.0.1.attacker.example', 421],
    ['a b', 421],
    ['', 421],
  ])('asked for by the name %s answers %i', async (host, status) => {
    const request = new Request('http://127.0.0.1/orders', {
      method: 'POST',
      headers: { 'content-type': 'application/json', host },
      body: '{}',
    });
    expect((await backend.fetch(request, '/orders')).status).toBe(status);
  });

  it('is not there unless the page is mounted', async () => {
    expect((await kit.call('/examples/order-page/')).status).toBe(404);
    expect((await kit.call('/examples/order-page/api/orders', { body: {} })).status).toBe(404);
  });
});
