import { afterEach, describe, expect, test, vi } from 'vitest';
import { poll } from '../../client-sdk/src/core.ts';
import { createStatusClient, type StatuswireError } from '../../client-sdk/src/index.ts';
import { collect } from './support/collect.ts';
import { createFakePush } from './support/fake-push.ts';
import { createFakeService } from './support/fake-service.ts';

afterEach(() => vi.unstubAllGlobals());

type Options = Parameters<typeof createStatusClient>[0];
const failure = (options: Partial<Options>): Promise<StatuswireError> =>
  createStatusClient({ url: 'https://status.test', ...options })
    .status('orders', 'o')
    .then(
      () => expect.fail('it did not fail'),
      (error: StatuswireError) => error,
    );
const answering = (status: number, body: unknown) => async () =>
  new Response(typeof body === 'string' ? body : JSON.stringify(body), { status });

describe('a problem is quoted', () => {
  test.each<[string, unknown, string]>([
    ['by its detail', { title: 'Not found', detail: 'No such execution.' }, 'No such execution.'],
    ['by its title, where it has no detail', { title: 'Too many requests' }, 'Too many requests.'],
    ['by what it lacks, where it is none', '<html>', 'no JSON.'],
    ['by what it lacks, where it is null', 'null', 'no JSON.'],
  ])('%s', async (_, body, said) => {
    const { message } = await failure({ fetch: answering(429, body) });
    expect(message).toBe(`/status/orders/o: 429, ${said} Try again later.`);
  });
});

describe('in a browser, a first request that nothing answers', () => {
  const down = async (): Promise<Response> => {
    throw new TypeError('Failed to fetch');
  };
  const inPageOf = (origin: string) => vi.stubGlobal('location', { origin, href: `${origin}/page` });

  test('names CORS, which looks the same to a script', async () => {
    inPageOf('https://shop.test');
    const error = await failure({ fetch: down });
    expect(error).toMatchObject({ code: 'unavailable', cause: expect.any(TypeError) });
    expect(error.message).toContain('Failed to fetch');
    expect(error.message).toContain('Is https://shop.test allowed by CORS?');
  });

  test('does not where CORS is not asked: on its own origin, outside of browsers, or after an answer', async () => {
    expect((await failure({ fetch: down })).message).not.toContain('CORS');
    inPageOf('https://status.test');
    expect((await failure({ fetch: down })).message).not.toContain('CORS');
    inPageOf('https://shop.test');
    const fetch = vi.fn(down).mockImplementationOnce(answering(503, {}));
    const client = createStatusClient({ url: 'https://status.test', fetch });
    await expect(client.status('orders', 'o')).rejects.toThrow('503');
    await expect(client.status('orders', 'o')).rejects.toThrow(/fetch(?!.*CORS)/);
  });
});

describe('a bad `url` is named', () => {
  test.each([
    'nowhere',
    '',
    '/api',
    'localhost:8787',
    'ftp://status.test',
    'https://',
    'https://a b',
    'https://a.test/?x=1',
    'https://a.test/#x',
  ])('%j', (url) => {
    expect(() => createStatusClient({ url })).toThrow(`url: ${url} is no base URL`);
  });

  test.each(['https://a.test', 'http://127.0.0.1:8787/', 'https://a.test/base/'])('%j is none', (url) => {
    createStatusClient({ url }).close();
  });
});

test.each<[string, () => Promise<string>, string]>([
  [
    'an error',
    () => Promise.reject(new Error('the shop answered 502')),
    'The token function failed: the shop answered 502.',
  ],
  ['a text', () => Promise.reject('nobody is signed in.'), 'The token function failed: nobody is signed in.'],
  ['no text', async () => undefined as never, 'The token function failed: '],
])('why a token function failed is said: %s', async (_, token, said) => {
  const error = await failure({ token, fetch: answering(200, {}) });
  expect(error.message).toContain(said);
  expect(error.code).toBe('unavailable');
});

describe('explain()', () => {
  test('counts in proper English', async () => {
    const service = createFakeService();
    service.append();
    const push = createFakePush();
    const { watch } = collect(service.client({ channels: [push.factory, poll()] }));
    await service.clock.advance(1_000);
    push.down();
    expect(watch.explain()).toContain('the subscription failed 1 time (');
    push.down();
    expect(watch.explain()).toContain('the subscription failed 2 times (');
  });

  test('never joins "Live" with a reason for failure, whatever comes', async () => {
    const service = createFakeService();
    service.behaviour.exists = false;
    const push = createFakePush();
    const client = service.client({ channels: [push.factory, poll()] });
    const watch = client.watch('orders', 'order-1', { notFoundAfterMs: 1_000 });
    watch.subscribe(() => undefined);
    const said = new Set<string>();
    const hear = async (ms: number) => {
      for (let waited = 0; waited < ms; waited += 250) {
        await service.clock.advance(250);
        said.add(watch.explain());
      }
    };
    await hear(5_000);
    expect(
      [...said].filter((text) => /^Live by \w+( every \d+ s)? for \d+ s, not found yet\.$/.test(text)),
    ).not.toEqual([]);
    service.behaviour.exists = true;
    service.append();
    expect(said.size).toBeGreaterThan(1);
    for (const http of ['ok', 'down', 'busy', 'html', 'ok'] as const) {
      service.behaviour.http = http;
      push.up();
      await hear(10_000);
      push.down();
      await hear(10_000);
    }
    expect([...said].filter((text) => /^Live.*(because|fail|:)/.test(text))).toEqual([]);
  });
});
