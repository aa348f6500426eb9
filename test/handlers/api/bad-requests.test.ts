import { beforeAll, describe, expect, it } from 'vitest';
import { problemTypes } from '../../../core/problems.ts';
import { type ApiKit, apiKit } from './support/api-kit.ts';
import { seed } from './support/logs.ts';

let kit: ApiKit;
let key: string;
beforeAll(async () => {
  kit = await apiKit();
  key = await kit.key();
  await seed(kit.store.log, { id: 'o-1' });
});

const nested = (levels: number): string => `${'['.repeat(levels)}${']'.repeat(levels)}`;
const json = { 'Content-Type': 'application/json' };
const two = 'x'.repeat(2 * 2 ** 20);

type Case = readonly [
  what: string,
  request: { readonly method: string; readonly path: string; readonly body?: string; readonly headers?: object },
  problem: keyof typeof problemTypes,
];
const post = (path: string, body: string, headers: object = json) => ({ method: 'POST', path, body, headers });
const get = (path: string) => ({ method: 'GET', path });

const cases: readonly Case[] = [
  ['an unknown path', get('/nothing'), 'not-found'],
  ['the root', get('/'), 'not-found'],
  ['a slash too many', get('/status/orders/o-1/'), 'not-found'],
  ['an unknown execution', get('/status/orders/none'), 'not-found'],
  ['an unknown workflow', get('/status/none/o-1'), 'not-found'],
  ['a wrong method', { method: 'PUT', path: '/status/orders/o-1' }, 'method-not-allowed'],
  ['a method nobody knows', { method: 'BREW', path: '/tokens' }, 'method-not-allowed'],
  ['a preflight where no origin is allowed', { method: 'OPTIONS', path: '/tokens' }, 'method-not-allowed'],
  ['a bad query', get('/status/orders/o-1?wait=soon'), 'bad-request'],
  ['a bad cursor', get('/status/orders/o-1/updates?after=%21'), 'malformed-cursor'],
  ['a bad list cursor', get('/dead-letters?after=x'), 'malformed-cursor'],
  ...['/executions/orders', '/tokens', '/webhooks', '/events', '/keys'].flatMap((path): readonly Case[] => [
    [`bad JSON to ${path}`, post(path, '{"a":'), 'bad-request'],
    [`an empty JSON body to ${path}`, post(path, ''), 'bad-request'],
    [`2 MB to ${path}`, post(path, JSON.stringify(two)), 'payload-too-large'],
    [
      `a form to ${path}`,
      post(path, 'a=b', { 'Content-Type': 'application/x-www-form-urlencoded' }),
      'unsupported-media-type',
    ],
    [`text to ${path}`, post(path, '{}', { 'Content-Type': 'text/plain' }), 'unsupported-media-type'],
    [`no media type to ${path}`, post(path, '{}', { 'Content-Type': '' }), 'unsupported-media-type'],
    [`101 levels to ${path}`, post(path, nested(101)), 'bad-request'],
    [`100,000 levels to ${path}`, post(path, nested(100_000)), 'bad-request'],
  ]),
  ...['/executions/orders', '/tokens', '/webhooks', '/keys'].flatMap((path): readonly Case[] => [
    [`a list to ${path}`, post(path, '[]'), 'invalid-input'],
    [`null to ${path}`, post(path, 'null'), 'invalid-input'],
    [`an unknown member to ${path}`, post(path, '{"surprise":1}'), 'invalid-input'],
  ]),
  ['an event that is a number', post('/events', '7'), 'bad-request'],
  ['an event that is null', post('/events', 'null'), 'bad-request'],
  ['too many events', post('/events', JSON.stringify(Array(1_001).fill(1))), 'payload-too-large'],
  [
    'an input of 257 KiB',
    post('/executions/orders', JSON.stringify({ input: 'x'.repeat(257 * 1024) })),
    'payload-too-large',
  ],
];

describe('G10: bad requests get their documented answer', () => {
  it.each(cases)('%s', async (_what, { path, ...request }, name) => {
    const { headers, ...rest } = request;
    const answer = await kit.api.request(path, { ...rest, headers: { ...headers, Authorization: `Bearer ${key}` } });
    const { status, title } = problemTypes[name];
    expect(answer.status).toBe(status);
    expect(answer.headers.get('Content-Type')).toBe('application/problem+json');
    expect(answer.headers.get('Cache-Control')).toBe('private, no-cache');
    expect(answer.headers.get('X-Request-Id')).toMatch(/^[0-9a-f]{16}$/);
    const body = await answer.json();
    expect(body).toMatchObject({ type: `urn:statuswire:problem:${name}`, title, status });
    expect(Object.keys(body).every((member) => ['type', 'title', 'status', 'detail'].includes(member))).toBe(true);
    expect([kit.starts, kit.ingested, kit.reported]).toEqual([[], [], []]);
  });

  it('a body without a length is stopped at the limit', async () => {
    let sent = 0;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 1;
        controller.enqueue(new Uint8Array(65_536).fill(0x20));
        if (sent === 10_000) controller.close();
      },
    });
    const init = { method: 'POST', body, duplex: 'half', headers: { ...json, Authorization: `Bearer ${key}` } };
    const answer = await kit.api.request('/tokens', init);
    expect(answer.status).toBe(413);
    expect(sent).toBeLessThan(20);
  });

  const takers = ['/executions/orders', '/tokens', '/webhooks', '/events', '/graphql', '/keys'];
  it.each(takers)('RFC 9110 §15.5.16: a content coding at %s is 415 that says what is taken', async (path) => {
    for (const coding of ['gzip', 'Br', 'identity, gzip', 'nonsense']) {
      const answer = await kit.post(path, key, '{}', { 'Content-Encoding': coding });
      expect([answer.status, answer.headers.get('Accept-Encoding')], coding).toEqual([415, 'identity']);
      expect(await answer.json()).toMatchObject({ type: 'urn:statuswire:problem:unsupported-media-type' });
    }
    // RFC 9110 §12.5.3: a 415 for another reason must not have that header.
    const text = await kit.post(path, key, '{}', { 'Content-Type': 'text/plain' });
    expect([text.status, text.headers.get('Accept-Encoding')]).toEqual([415, null]);
    const plain = await kit.post(path, key, '{}', { 'Content-Encoding': 'identity' });
    expect(plain.status).not.toBe(415);
    for (const taken of [kit.starts, kit.ingested]) taken.length = 0;
  });

  it.each(['/tokens', '/webhooks', '/events', '/keys'])('nothing at all to %s is 415', async (path) => {
    const headers = { Authorization: `Bearer ${key}` };
    expect((await kit.api.request(path, { method: 'POST', headers })).status).toBe(415);
    expect(kit.ingested).toEqual([]);
  });

  it('405 names the methods that there are', async () => {
    const answer = await kit.api.request('/webhooks/ep_1', { method: 'POST' });
    expect(answer.headers.get('Allow')?.split(', ').toSorted()).toEqual(['DELETE', 'GET', 'HEAD']);
  });

  it('JSON deep inside strings and 100 levels deep are fine', async () => {
    expect((await kit.post('/events', key, [nested(500)])).status).toBe(200);
    expect((await kit.post('/events', key, nested(100))).status).toBe(200);
    expect((await kit.post('/events', key, [`"${'['.repeat(200)}`, `\\${'{'.repeat(200)}`])).status).toBe(200);
  });

  it.each(['application/json', 'application/json; charset=utf-8', 'application/cloudevents+json'])(
    '%s is JSON',
    async (type) => {
      expect((await kit.post('/events', key, [], { 'Content-Type': type })).status).toBe(200);
    },
  );
});
