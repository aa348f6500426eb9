import { beforeEach, describe, expect, it } from 'vitest';
import { createQuickStatus, type QuickAnswer, type QuickStatus } from '../../../handlers/api/quick-status.ts';
import { createRateLimiter } from '../../../handlers/api/rate-limiter.ts';
import type { FinishedRequest } from '../../../handlers/api/types.ts';
import { type ApiKit, apiKit } from './support/api-kit.ts';
import { epochOf, now, seed, updateOf } from './support/logs.ts';
import { quickAlike } from './support/quick-alike.ts';

let kit: ApiKit;
let key: string;
const requests: FinishedRequest[] = [];
const running = { id: 'running', length: 3, last: { progress: { percent: 1, message: 'größer' } } };
const path = '/status/orders/running';

function quickOf(change: Partial<Parameters<typeof createQuickStatus>[0]> = {}): QuickStatus {
  return createQuickStatus({
    log: kit.store.log,
    verifier: kit.verifier,
    clock: () => kit.now,
    random: (count) => new Uint8Array(count),
    origins: [],
    onRequest: (request) => requests.push(request),
    ...change,
  });
}

const headerOf = (answer: QuickAnswer | null, name: string) => answer?.headers[answer.headers.indexOf(name) + 1];

const plain = (url: string, headers: readonly string[] = [], method = 'GET') => ({
  method,
  url,
  rawHeaders: ['Host', 'localhost', 'Authorization', `Bearer ${key}`, ...headers],
});

beforeEach(async () => {
  requests.length = 0;
  kit = await apiKit();
  key = await kit.key();
  await seed(kit.store.log, running);
});

describe('the quick way to a status', () => {
  it('answers bytes and length of the last update, and tells of the request as the API does', async () => {
    const answer = await quickOf()(plain(path));
    expect(JSON.parse(answer?.body ?? '')).toEqual(updateOf(running, 3));
    expect(headerOf(answer, 'Content-Length')).toBe(Buffer.byteLength(answer?.body ?? ''));
    expect(requests).toMatchObject([{ route: '/status/:workflow/:id', path, status: 200, method: 'GET' }]);
  });

  it('S20: answers what was committed last, at once', async () => {
    const quick = quickOf();
    await quick(plain(path));
    await seed(kit.store.log, { id: 'other' });
    const [head] = await kit.store.log.load([{ workflow: 'orders', id: 'running' }]);
    if (!head?.last) throw new Error('no head');
    const last = { ...head.last, seq: 4, state: 'Next' };
    const change = { key: head, expectedVersion: head.version, updates: [last] };
    await kit.store.log.commit([{ ...change, head: { ...head, version: head.version + 1, seq: 4, last } }]);
    expect(JSON.parse((await quick(plain(path)))?.body ?? '').seq).toBe(4);
  });

  it.each([
    ['200', []],
    ['304', ['If-None-Match', `"${epochOf(1)}.3"`]],
    ['another tag', ['If-None-Match', '"x"']],
  ])('S23: says the same as the API to any origin: %s', async (_, headers) => {
    for (const origins of [[], ['*'], ['https://shop.example']]) {
      const deps = { origins };
      const strict = await apiKit(deps);
      const credential = await strict.key();
      await seed(strict.store.log, running);
      const pairs = Object.fromEntries(headers.length === 2 ? [headers] : []);
      for (const origin of [undefined, 'https://shop.example', 'https://other.example']) {
        const before = strict.quickAnswers();
        await strict.get(path, credential, { ...pairs, ...(origin ? { Origin: origin } : {}) });
        expect(strict.quickAnswers()).toBe(before + 1);
      }
    }
  });

  it.each([
    ['a query', `${path}?wait=1`, [], 'GET'],
    ['another method', path, [], 'HEAD'],
    ['an escape', '/status/orders/runnin%67', [], 'GET'],
    ['a dot segment', '/status/orders/..', [], 'GET'],
    ['a part more', `${path}/updates`, [], 'GET'],
    ['a wish to wait', path, ['Prefer', 'wait=1'], 'GET'],
    ['a request id', path, ['X-Request-Id', 'a'], 'GET'],
    ['a body', path, ['Content-Length', '2'], 'GET'],
    ['two credentials', path, ['authorization', 'Bearer x'], 'GET'],
    ['two conditions', path, ['If-None-Match', '*', 'if-none-match', '"a"'], 'GET'],
  ])('leaves %s to the API', (_, url, headers, method) => {
    expect(quickOf()(plain(url, headers, method))).toBeNull();
  });

  it('S26: leaves every refusal to the API: nobody, no scope, another tenant, nothing there', async () => {
    const quick = quickOf();
    const ask = (credential: string, url = path) =>
      quick({ method: 'GET', url, rawHeaders: ['Authorization', `Bearer ${credential}`] });
    expect(quick({ method: 'GET', url: path, rawHeaders: [] })).toBeNull();
    expect(await ask('nonsense')).toBeNull();
    for (const scope of ['start', 'admin'] as const) expect(await ask(await kit.key({ scopes: [scope] }))).toBeNull();
    expect(await ask(await kit.key({ tenant: 'another', scopes: ['read'] }))).toBeNull();
    expect(await ask(key, '/status/orders/absent')).toBeNull();
    expect(await ask(await kit.token({ type: 'workflow', workflow: 'returns' }))).toBeNull();
    expect(await ask(await kit.token({ type: 'workflow', workflow: 'orders' }))).toMatchObject({ status: 200 });
    expect(requests).toHaveLength(1);
  });

  it('S26: counts against the rate limit, and leaves what is over it to the API', async () => {
    const limit = { perSecond: 1, burst: 2 };
    const rateLimiter = createRateLimiter({ limits: { read: limit, write: limit }, clock: () => kit.now });
    const quick = quickOf({ rateLimiter });
    expect(headerOf(await quick(plain(path)), 'RateLimit')).toBe('"read";r=1;t=1');
    expect(headerOf(await quick(plain(path)), 'RateLimit')).toBe('"read";r=0;t=2');
    expect(await quick(plain(path))).toBeNull();
  });

  it('S4: an expired log is gone at once', async () => {
    await seed(kit.store.log, { id: 'old', head: { expiresAt: now + 1_000 } });
    const quick = quickOf();
    expect(await quick(plain('/status/orders/old'))).not.toBeNull();
    kit.now = now + 1_000;
    expect(await quick(plain('/status/orders/old'))).toBeNull();
  });
});

it('quickAlike notices an answer that differs', async () => {
  const other = await apiKit();
  const credential = await other.key();
  await seed(other.store.log, running);
  quickAlike(other.api, { ...other.deps, clock: () => now + 60_000 });
  await expect(other.get(path, credential)).rejects.toThrow(/differs/);
});
