import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { createWebhookRegistry, type WebhookRegistryOptions } from '../../../handlers/webhooks/register.ts';
import { createBench, deliveryKey, updatesOf } from './bench.ts';

function setUp(change: Partial<WebhookRegistryOptions> = {}) {
  const bench = createBench();
  const { endpoints, deliveries } = bench.store;
  const registry = createWebhookRegistry({
    endpoints,
    deliveries,
    checkUrl: async () => null,
    clock: () => bench.time.now,
    random: randomBytes,
    ...change,
  });
  const register = (url: string, tenant = 'default') =>
    registry.register({ tenant, url, filter: { workflows: ['orders'] }, description: 'ours' });
  return { ...bench, registry, register };
}

describe('registering a webhook', () => {
  test('stores an endpoint with an id and a secret of its own', async () => {
    const { register, store, time } = setUp();
    const first = await register('https://example.com/a?b=c');
    const second = await register('https://example.com/a?b=c');
    if (first.type !== 'registered' || second.type !== 'registered') throw new Error('refused');
    expect(first.endpoint).toMatchObject({
      id: expect.stringMatching(/^ep_[0-9A-HJKMNP-TV-Z]{26}$/),
      tenant: 'default',
      url: 'https://example.com/a?b=c',
      filter: { workflows: ['orders'] },
      createdAt: time.now,
      description: 'ours',
    });
    expect(first.endpoint.secret).toMatch(/^whsec_/);
    expect(Buffer.from(first.endpoint.secret.slice(6), 'base64')).toHaveLength(32);
    expect(second.endpoint.secret).not.toBe(first.endpoint.secret);
    expect(second.endpoint.id).not.toBe(first.endpoint.id);
    expect(await store.endpoints.get('default', first.endpoint.id)).toEqual(first.endpoint);
  });

  test('S31: is owed nothing that was committed before the registration was', async () => {
    const bench = createBench();
    const { endpoints, deliveries } = bench.store;
    const slow: typeof endpoints = {
      ...endpoints,
      async put(endpoint) {
        // Meanwhile an update is committed and handed on, and nobody knows of the endpoint.
        if (endpoint.createdAt === before) bench.time.now += 40;
        await endpoints.put(endpoint);
      },
    };
    const before = bench.time.now;
    const clock = () => bench.time.now;
    const registry = createWebhookRegistry({
      ...{ endpoints: slow, deliveries, checkUrl: async () => null, clock, random: randomBytes },
    });
    const registration = { tenant: 'default', url: 'https://example.com/', filter: {}, description: '' };
    const answer = await registry.register(registration);
    if (answer.type !== 'registered') throw new Error('refused');
    expect(answer.endpoint.createdAt).toBe(before + 40);
    expect(await endpoints.list('default')).toEqual([answer.endpoint]);
  });

  test.each([
    ['no URL at all', 'cannot be read'],
    [`https://example.com/${'a'.repeat(2_048)}`, 'longer than 2048'],
    ['ftp://example.com/', 'https'],
    ['javascript:alert(1)', 'https'],
    ['https://user:secret@example.com/', 'user name'],
    ['https://user@example.com/', 'user name'],
    ['https://example.com/#part', 'fragment'],
    ['https://example.com/#', 'fragment'],
  ])('refuses %j', async (url, reason) => {
    const { register, store } = setUp();
    expect(await register(url)).toEqual({ type: 'refused', reason: expect.stringContaining(reason) });
    expect(await store.endpoints.list('default')).toEqual([]);
  });

  test('G9: refuses what the guard refuses, with its reason', async () => {
    const refusal = { type: 'private-address', reason: 'not public' } as const;
    const { register, store } = setUp({ checkUrl: async (url) => (url.includes('10.') ? refusal : null) });
    expect(await register('https://10.0.0.1/')).toEqual(refusal);
    expect(await store.endpoints.list('default')).toEqual([]);
  });

  test('a tenant has at most so many; another tenant is not concerned', async () => {
    const { register } = setUp({ maxPerTenant: 2 });
    await register('https://example.com/1');
    await register('https://example.com/2');
    expect(await register('https://example.com/3')).toMatchObject({ type: 'refused' });
    expect(await register('https://example.com/3', 'other')).toMatchObject({ type: 'registered' });
  });
});

describe('removing a webhook', () => {
  test('takes its delivery cursors along; another tenant cannot', async () => {
    const { registry, register, publish, store, time } = setUp();
    time.now = 0;
    const registered = await register('https://example.com/');
    if (registered.type !== 'registered') throw new Error('refused');
    const { id } = registered.endpoint;
    await publish(updatesOf(1, 1));
    const key = { ...deliveryKey, endpointId: id };
    expect(await store.deliveries.due(time.now, 10)).toEqual([key]);
    expect(await registry.remove('other', id)).toBe(false);
    expect(await store.deliveries.due(time.now, 10)).toEqual([key]);
    expect(await registry.remove('default', id)).toBe(true);
    expect(await store.deliveries.due(time.now, 10)).toEqual([]);
    expect(await registry.remove('default', id)).toBe(false);
  });
});
