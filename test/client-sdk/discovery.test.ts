import { expect, test } from 'vitest';
import { createDiscoverer } from '../../client-sdk/src/discovery.ts';
import { StatuswireError } from '../../client-sdk/src/errors.ts';
import type { Request } from '../../client-sdk/src/http.ts';
import { collect } from './support/collect.ts';
import { createFakeClock } from './support/fake-clock.ts';
import { createFakeService } from './support/fake-service.ts';

const channels = [
  { channel: 'polling', protocol: 'http', url: 'https://status.test' },
  { channel: 'subscription', protocol: 'appsync', url: 'https://status.test/graphql', region: 'eu-west-1' },
];

/** A discoverer whose service answers what `answer` says now. */
function discovering(answer: () => unknown) {
  const clock = createFakeClock();
  const asked: Parameters<Request>[] = [];
  const request: Request = async (...args) => {
    asked.push(args);
    const body = answer();
    if (body instanceof Error) throw body;
    return { body, retryAfterMs: null };
  };
  return { clock, asked, discoverer: createDiscoverer(request, clock) };
}

test('S22: asked once, without the token, by however many; what is not there is null', async () => {
  const { discoverer, asked } = discovering(() => ({ version: 1, channels }));
  const found = await Promise.all([
    discoverer.find('appsync'),
    discoverer.find('http'),
    discoverer.find('graphql-transport-ws'),
  ]);
  expect(found).toEqual([channels[1], channels[0], null]);
  expect(asked).toEqual([['/.well-known/statuswire', { isPublic: true }]]);
});

test.each([
  ['a service that is older than discovery', new StatuswireError('not-found', 'x')],
  ['a service that is down', new TypeError('fetch failed')],
  ["a proxy's page", new StatuswireError('bad-answer', 'x')],
  ['JSON of something else', { channels: 'none' }],
  ['no object', null],
])('%s is asked again by back-off, and kept once it tells', async (_name, answer) => {
  let now: unknown = answer;
  const { discoverer, asked, clock } = discovering(() => now);
  for (let i = 0; i < 600; i++) {
    await expect(discoverer.find('http')).rejects.toBeInstanceOf(StatuswireError);
    await clock.advance(100);
  }
  expect(asked.length).toBeGreaterThan(3);
  expect(asked.length).toBeLessThan(12);
  now = { version: 1, channels };
  await clock.advance(30_000);
  expect(await discoverer.find('http')).toEqual(channels[0]);
  const { length } = asked;
  await clock.advance(24 * 3_600_000);
  expect(await discoverer.find('appsync')).toEqual(channels[1]);
  expect(asked).toHaveLength(length);
});

test('Retry-After is obeyed', async () => {
  const { discoverer, asked, clock } = discovering(
    () => new StatuswireError('unavailable', 'x', { retryAfterMs: 20_000 }),
  );
  for (let i = 0; i < 19; i++) {
    await expect(discoverer.find('http')).rejects.toMatchObject({ code: 'unavailable' });
    await clock.advance(1_000);
  }
  expect(asked).toHaveLength(1);
});

test('a proxy that answers discovery with a page of its own, and status 200, leaves polling alone', async () => {
  const service = createFakeService();
  service.append();
  const { fetch } = service;
  const proxied: typeof fetch = async (target, init) =>
    target.includes('.well-known') ? new Response('<html>Please sign in</html>', { status: 200 }) : fetch(target, init);
  const seen = collect(service.client({ fetch: proxied }));
  await service.clock.advance(5_000);
  service.append();
  await service.clock.advance(5_000);
  expect(seen.seqs()).toBe('1 2');
  expect(service.sockets).toHaveLength(0);
  expect(seen.watch.getSnapshot().connection).toMatchObject({ channel: 'polling' });
});
