import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRateLimiter, rateLimits } from '../../../handlers/api/rate-limiter.ts';
import { type ApiKit, apiKit } from './support/api-kit.ts';
import { epochOf, now, seed } from './support/logs.ts';

const anybody = { caller: 'a', pool: null };

async function limited(perSecond: number, capacity?: number): Promise<ApiKit> {
  const limits = rateLimits(perSecond);
  let kit: ApiKit | null = null;
  const clock = (): number => kit?.now ?? now;
  kit = await apiKit({
    rateLimiter: createRateLimiter({ limits, clock, ...(capacity === undefined ? {} : { capacity }) }),
  });
  await seed(kit.store.log, { id: 'o-1' });
  return kit;
}
const read = (kit: ApiKit, credential: string, headers = {}) => kit.get('/status/orders/o-1', credential, headers);
const rateOf = ({ status, headers }: Response) => [
  status,
  headers.get('RateLimit-Policy'),
  headers.get('RateLimit'),
  headers.get('Retry-After'),
];

describe('S26: rate limits per key', () => {
  it('every answer tells what is left; the burst used up is 429 with Retry-After, until there is more', async () => {
    const kit = await limited(2);
    const key = await kit.key();
    const policy = '"read";q=4;w=2';
    expect(rateOf(await read(kit, key))).toEqual([200, policy, '"read";r=3;t=1', '1']);
    // A 304 counts once, as any answer.
    const notModified = await read(kit, key, { 'If-None-Match': `"${epochOf(1)}.1"` });
    expect(rateOf(notModified)).toEqual([304, policy, '"read";r=2;t=1', '1']);
    expect(rateOf(await kit.get('/status/orders/none', key))).toEqual([404, policy, '"read";r=1;t=2', null]);
    expect(rateOf(await kit.get('/status/orders/o-1?wait=x', key))).toEqual([400, policy, '"read";r=0;t=2', null]);
    const refused = await read(kit, key);
    expect(rateOf(refused)).toEqual([429, policy, '"read";r=0;t=1', '1']);
    expect(refused.headers.get('Content-Type')).toBe('application/problem+json');
    expect(await refused.json()).toMatchObject({ type: 'urn:statuswire:problem:too-many-requests', status: 429 });
    kit.now += 499;
    expect((await read(kit, key)).status).toBe(429);
    kit.now += 1;
    expect((await read(kit, key)).status).toBe(200);
    expect((await read(kit, key)).status).toBe(429);
  });

  it('counts each key, and each grant of a tenant, by itself', async () => {
    const kit = await limited(1);
    const grant = { type: 'workflow', workflow: 'orders' } as const;
    const credentials = [await kit.key(), await kit.key(), await kit.token(grant)];
    for (const credential of credentials) {
      const codes = [await read(kit, credential), await read(kit, credential), await read(kit, credential)];
      expect(codes.map(({ status }) => status)).toEqual([200, 200, 429]);
    }
    // A fresh token of the same grant is the same caller; one of another tenant is not.
    kit.now += 1_000;
    await read(kit, await kit.token(grant));
    expect((await read(kit, await kit.token(grant))).status).toBe(429);
    expect((await read(kit, await kit.token(grant, 'other'))).status).toBe(404);
  });

  it('G8: tokens of one key share twenty allowances, whatever they name; the key keeps its own', async () => {
    const kit = await limited(1);
    const keys = [await kit.key(), await kit.key()] as const;
    const tokensOf = async (key: string, prefix: string, count: number): Promise<string[]> => {
      const made = [];
      for (let at = 0; at < count; at += 1) {
        kit.now += 1_000;
        const answer = await kit.post('/tokens', key, { executions: [{ workflow: 'orders', id: `${prefix}-${at}` }] });
        made.push(((await answer.json()) as { readonly token: string }).token);
      }
      return made;
    };
    const [ours, theirs] = [await tokensOf(keys[0], 'ours', 30), await tokensOf(keys[1], 'theirs', 1)];
    kit.now += 60_000;
    const codesOf = async (tokens: readonly string[]): Promise<number[]> => {
      const codes = [];
      for (const token of [...tokens, ...tokens]) codes.push((await kit.get('/status/orders/none', token)).status);
      return codes;
    };
    const codes = await codesOf(ours);
    expect(codes.filter((code) => code !== 429)).toHaveLength(40);
    const refused = await kit.get('/status/orders/none', ours.at(-1));
    expect(await refused.json()).toMatchObject({
      detail: 'All tokens made by one key, together: 20 reads per second, 40 at once.',
    });
    expect(rateOf(refused)).toEqual([429, '"read";q=2;w=2', '"read";r=0;t=1', '1']);
    expect((await codesOf(theirs)).includes(429)).toBe(false);
    expect((await read(kit, keys[0])).status).toBe(200);
  });

  it('reads and writes do not eat each other’s allowance; GraphQL reads', async () => {
    const kit = await limited(1);
    const key = await kit.key();
    for (const _ of [1, 2]) await kit.post('/tokens', key, { workflow: 'orders' });
    const write = await kit.post('/tokens', key, { workflow: 'orders' });
    expect([write.status, write.headers.get('RateLimit')]).toEqual([429, '"write";r=0;t=1']);
    expect((await kit.post('/graphql', key, { query: '{a}' })).headers.get('RateLimit')).toBe('"read";r=1;t=1');
  });

  it('counts a request without the scope too, and none without a caller', async () => {
    const kit = await limited(1);
    const key = await kit.key({ scopes: ['start'] });
    const codes = [await read(kit, key), await read(kit, key), await read(kit, key)].map(({ status }) => status);
    expect(codes).toEqual([403, 403, 429]);
    for (const answer of [await read(kit, 'sw_x_0123456789abcdef'), await kit.get('/healthz')]) {
      expect(answer.headers.has('RateLimit')).toBe(false);
    }
  });

  it('is off without a limiter', async () => {
    const kit = await apiKit();
    expect((await kit.get('/executions', await kit.key())).headers.has('RateLimit-Policy')).toBe(false);
  });

  it('lets 1,000 a second through by default, 2,000 at once', () => {
    const limiter = createRateLimiter({ limits: rateLimits(), clock: () => now });
    const allowed = Array.from({ length: 3_000 }, () => limiter.take(anybody, 'read')).filter((one) => one.allowed);
    expect(allowed).toHaveLength(2_000);
  });
});

describe('the bucket', () => {
  it('lets burst + elapsed × rate through and not one more, whatever the rate and the moments', () => {
    const moments = fc.array(fc.integer({ min: 0, max: 1_500 }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 }), moments, (perSecond, pauses) => {
        let time = now;
        const limiter = createRateLimiter({ limits: rateLimits(perSecond), clock: () => time });
        let left = perSecond * 2;
        for (const pause of pauses) {
          time += pause;
          left = Math.min(perSecond * 2, left + (pause * perSecond) / 1_000);
          const { allowed, remaining, waitMs } = limiter.take(anybody, 'read');
          expect(allowed).toBe(left >= 1 - 1e-5);
          if (allowed) left -= 1;
          expect(Math.abs(remaining - Math.floor(left + 1e-5))).toBe(0);
          expect(Math.abs(waitMs - Math.max(0, ((1 - left) * 1_000) / perSecond))).toBeLessThan(0.01);
        }
      }),
    );
  });

  it('G8: what is refused costs nothing, neither the caller nor its pool', () => {
    const operations = fc.array(
      fc.record({ caller: fc.integer({ min: 0, max: 4 }), cost: fc.integer({ min: 1, max: 6 }), pause: fc.nat(900) }),
      { maxLength: 100 },
    );
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3 }), operations, (callersPerPool, asked) => {
        let time = now;
        const limiter = createRateLimiter({ limits: rateLimits(2), callersPerPool, clock: () => time });
        const own = new Map<string, number>();
        let pooled = 4 * callersPerPool;
        for (const { caller: number, cost, pause } of asked) {
          time += pause;
          for (const [name, left] of own) own.set(name, Math.min(4, left + pause / 500));
          pooled = Math.min(4 * callersPerPool, pooled + (pause / 500) * callersPerPool);
          const caller = `c${number}`;
          const left = own.get(caller) ?? 4;
          // A cost above the burst is the whole burst.
          const [ownCost, poolCost] = [Math.min(cost, 4), Math.min(cost, 4 * callersPerPool)];
          const fits = { caller: left >= ownCost - 1e-5, pool: pooled >= poolCost - 1e-5 };
          const { allowed, exceeded } = limiter.take({ caller, pool: 'p' }, 'read', cost);
          expect(allowed).toBe(fits.caller && fits.pool);
          expect(exceeded?.of ?? null).toBe(allowed ? null : fits.caller ? 'pool' : 'caller');
          if (!allowed) continue;
          own.set(caller, left - ownCost);
          pooled -= poolCost;
        }
      }),
    );
  });

  it('a costly request that is refused is told when it can be had', () => {
    let time = now;
    const limiter = createRateLimiter({ limits: rateLimits(10), clock: () => time });
    limiter.take(anybody, 'read', 15);
    const refused = limiter.take(anybody, 'read', 20);
    expect(refused).toMatchObject({ allowed: false, remaining: 5 });
    time += Math.ceil(refused.waitMs);
    expect(limiter.take(anybody, 'read', 20)).toMatchObject({ allowed: true, remaining: 0 });
  });

  it('a clock that is set back an hour locks nobody out for an hour', () => {
    let time = now;
    const limiter = createRateLimiter({ limits: rateLimits(10), clock: () => time });
    limiter.take(anybody, 'read');
    time -= 3_600_000;
    expect(limiter.take(anybody, 'read').waitMs).toBeLessThanOrEqual(2_000);
    time += 2_000;
    expect(limiter.take(anybody, 'read').allowed).toBe(true);
  });

  it('remembers a bounded number of callers, those who asked last', () => {
    const limiter = createRateLimiter({ limits: rateLimits(1), clock: () => now, capacity: 2 });
    const ask = (caller: string): number => limiter.take({ caller, pool: null }, 'read').remaining;
    expect([ask('a'), ask('b'), ask('a'), ask('c')]).toEqual([1, 1, 0, 1]);
    // b asked longest ago and was forgotten; a was not.
    expect([ask('a'), ask('b')]).toEqual([0, 1]);
  });
});
