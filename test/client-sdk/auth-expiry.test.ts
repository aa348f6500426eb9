import { describe, expect, test } from 'vitest';
import { createAuth } from '../../client-sdk/src/auth.ts';
import { transportWs } from '../../client-sdk/src/core.ts';
import { StatuswireError } from '../../client-sdk/src/index.ts';
import { collect } from './support/collect.ts';
import { createFakeClock } from './support/fake-clock.ts';
import { createFakeService } from './support/fake-service.ts';
import { makeToken } from './support/make-token.ts';

/** A token function whose tokens live `lifeS`, on a clock. */
function minting(lifeS: number, claims: { readonly iat?: boolean } = {}) {
  const clock = createFakeClock();
  let asked = 0;
  const auth = createAuth(async () => {
    asked++;
    const iat = clock.now() / 1000;
    return makeToken({ ...(claims.iat !== false && { iat }), exp: iat + lifeS, name: `token-${asked}` });
  }, clock);
  return { clock, auth, asked: () => asked };
}

describe('a token that tells its expiry', () => {
  test.each([
    // 80 % of its life, or 30 s before its end: the later of the two.
    [900, 870],
    [86_400, 86_370],
    [100, 80],
    [10, 8],
  ])('of %i s is replaced after %i s, and not before', async (lifeS, dueS) => {
    const { clock, auth, asked } = minting(lifeS);
    const first = await auth.token();
    expect(auth.dueMs()).toBeCloseTo(dueS * 1000, 0);
    await clock.advance(dueS * 1000 - 500);
    expect([await auth.token(), asked()]).toEqual([first, 1]);
    await clock.advance(1_000);
    expect(await auth.token()).not.toBe(first);
    expect(asked()).toBe(2);
  });

  test('is replaced once, however many ask together', async () => {
    const { clock, auth, asked } = minting(900);
    await auth.token();
    await clock.advance(880_000);
    const tokens = await Promise.all(Array.from({ length: 20 }, () => auth.token()));
    expect(new Set(tokens).size).toBe(1);
    expect(asked()).toBe(2);
  });

  test('without `iat` lives from when it came', async () => {
    const { auth } = minting(100, { iat: false });
    await auth.token();
    expect(auth.dueMs()).toBeCloseTo(80_000, 0);
  });

  test.each([3_600_000, -3_600_000])(
    'on a clock that is %i ms off is asked for no more than once a life',
    async (off) => {
      const clock = createFakeClock();
      let asked = 0;
      const auth = createAuth(() => {
        asked++;
        const iat = (clock.now() + off) / 1000;
        return makeToken({ iat, exp: iat + 900 });
      }, clock);
      for (let i = 0; i < 300; i++) {
        await auth.token();
        await clock.advance(1_000);
      }
      expect(asked).toBe(1);
    },
  );
});

test('a fixed token is never replaced: there is no other', async () => {
  const clock = createFakeClock();
  const token = makeToken({ iat: clock.now() / 1000, exp: clock.now() / 1000 + 60 });
  const auth = createAuth(token, clock);
  await auth.token();
  await clock.advance(100_000);
  expect([await auth.token(), auth.dueMs()]).toEqual([token, Number.POSITIVE_INFINITY]);
});

test('a token is refused once: what is on its way stays', async () => {
  let asked = 0;
  const auth = createAuth(async () => `token-${++asked}`, createFakeClock());
  const old = await auth.token();
  auth.refused(old);
  const fresh = auth.token();
  for (const late of [old, null, undefined, '']) auth.refused(late);
  expect([await fresh, await auth.token(), asked]).toEqual(['token-2', 'token-2', 2]);
});

test('an error of the token function is ours only if it says unauthorized', async () => {
  const errors: unknown[] = [new StatuswireError('not-found', 'Of another call.'), 'a string', new Error('away')];
  const clock = createFakeClock();
  for (const error of errors) {
    const auth = createAuth(() => Promise.reject(error), clock);
    await expect(auth.token()).rejects.toMatchObject({ code: 'unavailable', retryable: true, cause: error });
  }
  const throwing = createAuth(() => {
    throw new StatuswireError('unauthorized', 'Signed out.');
  }, clock);
  await expect(throwing.token()).rejects.toMatchObject({ code: 'unauthorized' });
});

test('a token function that failed is asked again, also when it throws before it is asynchronous', async () => {
  let asked = 0;
  const auth = createAuth(() => {
    if (++asked === 1) throw new Error('away');
    return 'token';
  }, createFakeClock());
  await expect(auth.token()).rejects.toMatchObject({ code: 'unavailable' });
  expect(await auth.token()).toBe('token');
});

test('a token that expired while the tab was hidden is replaced before the first request, by all watches once', async () => {
  const service = createFakeService();
  const { clock } = service;
  let asked = 0;
  const token = async () => {
    asked++;
    const iat = clock.now() / 1000;
    const fresh = makeToken({ iat, exp: iat + 900, name: `token-${asked}` });
    service.tokens = new Set([fresh]);
    return fresh;
  };
  service.append();
  const client = service.client({ token, channels: 'polling' });
  const watches = Array.from({ length: 10 }, () => collect(client));
  await clock.advance(1_000);
  clock.sleep(3_600_000);
  service.tokens = new Set();
  service.append();
  await clock.advance(5_000);
  expect(watches.map((seen) => seen.seqs())).toEqual(Array.from({ length: 10 }, () => '1 2'));
  expect(asked).toBe(2);
  client.close();
});

// As API Gateway: it cannot say why.
test.each(['unheard', 'dropped'] as const)(
  'S30: a socket whose token is %s is opened again with a fresh one',
  async (socket) => {
    const service = createFakeService();
    service.behaviour.socket = socket;
    service.tokens = new Set(['token-2']);
    service.append();
    let asked = 0;
    const client = service.client({
      channels: [transportWs()],
      token: () => `token-${++asked}`,
      // HTTP takes any, so that only the socket can find out.
      fetch: (target, init) => service.fetch(target, { ...init, headers: { authorization: 'Bearer token-2' } }),
    });
    const seen = collect(client);
    await service.clock.advance(30_000);
    expect(asked).toBe(2);
    service.append();
    await service.clock.advance(100);
    expect(seen.watch.getSnapshot().connection).toMatchObject({ state: 'live', channel: 'subscription' });
    expect(seen.seqs()).toBe('1 2');
  },
);
