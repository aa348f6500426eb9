import { beforeAll, describe, expect, it } from 'vitest';
import { type ApiKit, apiKit } from './support/api-kit.ts';
import { epochOf, iso, now, seed, updateOf } from './support/logs.ts';

let kit: ApiKit;
let key: string;
const running = { id: 'running', length: 3 };
const done = {
  id: 'done',
  length: 2,
  last: { status: 'FAILED', done: true, error: { name: 'E', cause: null }, stoppedAt: iso(now) },
} as const;

beforeAll(async () => {
  kit = await apiKit();
  key = await kit.key();
  await seed(kit.store.log, running);
  await seed(kit.store.log, done);
});

describe('GET /status', () => {
  it('answers the last update whole, with ETag and Retry-After, for private caches only', async () => {
    const answer = await kit.get('/status/orders/running', key);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual(updateOf(running, 3));
    expect(answer.headers.get('ETag')).toBe(`"${epochOf(1)}.3"`);
    expect(answer.headers.get('Retry-After')).toBe('1');
    expect(answer.headers.get('Cache-Control')).toBe('private, no-cache');
  });

  it('answers a failed execution with 200 and no Retry-After', async () => {
    const answer = await kit.get('/status/orders/done', key);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ status: 'FAILED', done: true });
    expect(answer.headers.has('Retry-After')).toBe(false);
  });

  const tag = `"${epochOf(1)}.3"`;
  it.each([
    [tag, 304],
    [`W/${tag}`, 304],
    ['*', 304],
    [`"other", W/"x,y" ,${tag}`, 304],
    [`"${epochOf(1)}.2"`, 200],
    [`"${epochOf(2)}.3"`, 200],
    [`"${epochOf(1)}."`, 200],
    [tag.slice(1, -1), 304],
    [`W/${tag.slice(1, -1)}`, 304],
    [`w/${tag}`, 304],
    [`"${epochOf(1)}.3-gzip"`, 304],
    [`"${epochOf(1)}.3--gzip"`, 304],
    [`W/"${epochOf(1)}.3;gzip"`, 304],
    [`"${epochOf(1)}.3-br"`, 304],
    [`${tag}-gzip`, 304],
    [`"x", "${epochOf(1)}.3-zstd"`, 304],
    [`${epochOf(1)}.2, ${epochOf(1)}.3`, 304],
    [`"${epochOf(1)}.2-gzip"`, 200],
    [`"${epochOf(1)}.33-gzip"`, 200],
    [`"${epochOf(1)}.3-other"`, 200],
    [`"*"`, 200],
    [`"a,${epochOf(1)}.3"`, 200],
    ['', 200],
  ])('If-None-Match: %s is answered with %i', async (value, status) => {
    const answer = await kit.get('/status/orders/running', key, { 'If-None-Match': value });
    expect(answer.status).toBe(status);
    expect(answer.headers.get('ETag')).toBe(tag);
    expect(answer.headers.get('Retry-After')).toBe('1');
    expect(answer.headers.get('Cache-Control')).toBe('private, no-cache');
    if (status === 304) expect(await answer.text()).toBe('');
  });

  it.each(['0', '20', '7'])('S19: wait=%s is a wish that is answered at once', async (wait) => {
    expect((await kit.get(`/status/orders/running?wait=${wait}`, key)).status).toBe(200);
  });

  it.each(['21', '-1', '1.5', 'x', '', '1&wait=2'])('wait=%s is 400', async (wait) => {
    const answer = await kit.get(`/status/orders/running?wait=${wait}`, key);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ type: 'urn:statuswire:problem:bad-request' });
  });

  it('answers HEAD like GET, without a body', async () => {
    const answer = await kit.api.request('/status/orders/running', {
      method: 'HEAD',
      headers: { Authorization: `Bearer ${key}` },
    });
    expect([answer.status, answer.headers.get('ETag'), await answer.text()]).toEqual([200, tag, '']);
  });
});

describe('Retry-After grows with the age of the attempt', () => {
  it.each([
    [-3_000, '1'],
    [0, '1'],
    [9_999, '1'],
    [10_000, '2'],
    [60_000, '5'],
    [300_000, '10'],
    [1_800_000, '30'],
    [9e8, '30'],
  ])('%i ms: %s s', async (age, seconds) => {
    const id = `aged-${age}`;
    await seed(kit.store.log, { id, last: { startedAt: iso(now - age) } });
    expect((await kit.get(`/status/orders/${id}`, key)).headers.get('Retry-After')).toBe(seconds);
  });

  it('counts from recordedAt while nothing has started', async () => {
    await seed(kit.store.log, {
      id: 'pending',
      last: { status: 'PENDING', startedAt: null, recordedAt: iso(now - 70_000) },
    });
    expect((await kit.get('/status/orders/pending', key)).headers.get('Retry-After')).toBe('5');
  });

  it('begins anew with a redrive', async () => {
    const book = { attempt: 1, begun: { '0': now - 9e8, '1': now - 2_000 } };
    await seed(kit.store.log, { id: 'redriven', book, last: { startedAt: iso(now - 9e8), redriveCount: 1 } });
    expect((await kit.get('/status/orders/redriven', key)).headers.get('Retry-After')).toBe('1');
  });
});
