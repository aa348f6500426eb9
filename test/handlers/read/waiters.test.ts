import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Account } from '../../../handlers/admission/account.ts';
import { hold } from '../../../handlers/read/hold.ts';
import { createWaiters, type Place, type Released, type WaitersOptions } from '../../../handlers/read/waiters.ts';
import { fakeAfter } from './fake-after.ts';

const key = { workflow: 'orders', id: 'o-1' };
/** The pool stands before a slash, where there is one. */
const ownerOf = (caller: string): Account => ({
  caller,
  pool: caller.includes('/') ? (caller.split('/', 1)[0] ?? null) : null,
  tenant: null,
});

function setUp(options: WaitersOptions = {}) {
  const time = fakeAfter();
  const waiters = createWaiters({ after: time.after, random: () => 0.5, ...options });
  const join = (owner = 'a', of = key, signal = new AbortController().signal): Place => {
    const place = waiters.join({ key: of, owner: ownerOf(owner), waitMs: 20_000, signal });
    if (typeof place === 'string') throw new Error(place);
    return place;
  };
  /** What has been told by now. */
  const told = (places: readonly Place[]) => {
    const words: (Released | null)[] = places.map(() => null);
    for (const [index, place] of places.entries()) {
      void place.next().then((word) => {
        words[index] = word;
      });
    }
    return async () => {
      await settled();
      return words;
    };
  };
  return { time, waiters, join, told };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('S19: those who wait', () => {
  it('are woken for their own execution only', async () => {
    const { waiters, join, told } = setUp();
    const words = told([
      join(),
      join('a', { workflow: 'orders', id: 'o-2' }),
      join('a', { workflow: 'order', id: 'so-1' }),
    ]);
    waiters.wake([key]);
    expect(await words()).toEqual(['woken', null, null]);
  });

  it('hear what was rung before they listened, once', async () => {
    const { waiters, join } = setUp();
    const place = join();
    waiters.wake([key]);
    waiters.wake([key]);
    expect(await place.next()).toBe('woken');
    expect(await Promise.race([place.next(), settled()])).toBeUndefined();
  });

  it('are let go when their time is up, and not a moment earlier', async () => {
    const { time, join, told } = setUp();
    const words = told([join()]);
    time.pass(19_999);
    expect(await words()).toEqual([null]);
    time.pass(1);
    expect(await words()).toEqual(['time']);
  });

  it('are let go when the client goes away, also when it had gone before', async () => {
    const { join, told } = setUp();
    const leaving = new AbortController();
    const words = told([join('a', key, leaving.signal), join('a', key, AbortSignal.abort())]);
    expect(await words()).toEqual([null, 'gone']);
    leaving.abort();
    expect(await words()).toEqual(['gone', 'gone']);
  });

  it('are let go when the service stops, and nobody waits from then on', async () => {
    const { waiters, join, told } = setUp();
    const words = told([join(), join('b', { workflow: 'w', id: 'x' })]);
    waiters.stop();
    expect(await words()).toEqual(['stopped', 'stopped']);
    expect(waiters.join({ key, owner: ownerOf('a'), waitMs: 1, signal: new AbortController().signal })).toBe('stopped');
  });

  it('one alone is woken at once; a herd comes back one by one, within 50 ms', async () => {
    const draws = [0, 0.99, 0.5];
    const { time, waiters, join, told } = setUp({ maxPerOwner: 1_000, random: () => draws.shift() ?? 0.99 });
    const alone = told([join('b', { workflow: 'w', id: 'x' })]);
    const herd = told(Array.from({ length: 200 }, () => join()));
    const woken = async () => (await herd()).filter((word) => word === 'woken').length;
    waiters.wake([{ workflow: 'w', id: 'x' }, key]);
    expect(await alone()).toEqual(['woken']);
    expect(await woken()).toBe(0);
    time.pass(25);
    expect(await woken()).toBe(1);
    time.pass(25);
    expect(await woken()).toBe(200);
  });

  it('two are not held up for 50 ms', async () => {
    const { time, waiters, join, told } = setUp({ random: () => 1 });
    const words = told([join(), join()]);
    waiters.wake([key]);
    time.pass(2);
    expect(await words()).toEqual(['woken', 'woken']);
  });
});

describe('S19: bounds', () => {
  it('in all and per caller; a place that is left is free again', () => {
    const { waiters, join } = setUp({ max: 3, maxPerOwner: 2 });
    const [first] = [join('a'), join('a')];
    expect(() => join('a')).toThrow('full');
    join('b');
    expect(() => join('c')).toThrow('full');
    first.leave();
    first.leave();
    expect(waiters.stats()).toEqual({ waiting: 2 });
    join('a');
    expect(() => join('c')).toThrow('full');
  });

  it('G8: a pool has so many callers’ places; what is in no pool does not feel it', () => {
    const { join } = setUp({ maxPerOwner: 2, callersPerPool: 2 });
    const [first] = [join('p/a'), join('p/b'), join('p/c'), join('p/d')];
    expect(() => join('p/e')).toThrow('full');
    join('q/a');
    join('p');
    first.leave();
    join('p/e');
    expect(() => join('p/f')).toThrow('full');
  });

  it('are 10,000 and 100 by default', () => {
    const { join } = setUp();
    for (let owner = 0; owner < 100; owner += 1) for (let n = 0; n < 100; n += 1) join(`o${owner}`);
    expect(() => join('another')).toThrow('full');
    const one = setUp();
    for (let n = 0; n < 100; n += 1) one.join('a');
    expect(() => one.join('a')).toThrow('full');
  });

  it('nothing is left behind when all have gone', async () => {
    const { time, waiters, join } = setUp();
    const signal = new AbortController().signal;
    const places = Array.from({ length: 50 }, () => join('a', key, signal));
    waiters.wake([key]);
    for (const place of places) place.leave();
    expect([waiters.stats().waiting, time.pending()]).toEqual([0, 0]);
  });
});

describe('S19: hold', () => {
  const request = { key, owner: ownerOf('a'), waitMs: 20_000, signal: new AbortController().signal };

  it('answers news at once, without taking a place', async () => {
    const { waiters } = setUp({ max: 0 });
    expect(
      await hold(
        waiters,
        request,
        2,
        async () => 2,
        (seen) => seen === 1,
      ),
    ).toEqual({ seen: 2, end: 'news' });
    expect(
      await hold(
        waiters,
        request,
        1,
        async () => 1,
        (seen) => seen === 1,
      ),
    ).toEqual({ seen: 1, end: 'full' });
  });

  it('loses no wake-up, whenever the commit comes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom('commit', 'spurious', 'turn'), { maxLength: 12 }), async (steps) => {
        const { time, waiters } = setUp();
        let seq = 1;
        // Reads the state when asked and answers a turn later, as a store does.
        const look = async () => {
          const seen = seq;
          await Promise.resolve();
          return seen;
        };
        const first = await look();
        if (steps[0] === 'commit') seq += 1;
        const held = hold(waiters, request, first, look, (seen) => seen === 1);
        for (const step of steps) {
          if (step === 'turn') await Promise.resolve();
          if (step === 'commit') seq += 1;
          if (step !== 'turn') waiters.wake([key]);
        }
        await settled();
        // What was there when it took its place was not waited for.
        if (steps.includes('commit')) expect((await held).end).toBe(steps[0] === 'commit' ? 'news' : 'changed');
        else {
          time.pass(20_000);
          expect(await held).toEqual({ seen: 1, end: 'time' });
        }
        expect([waiters.stats().waiting, time.pending()]).toEqual([0, 0]);
      }),
    );
  });

  it('loses none that comes between the first look and the place', async () => {
    const { waiters } = setUp();
    // Seen before the commit; the wake-up found nobody.
    waiters.wake([key]);
    expect(
      await hold(
        waiters,
        request,
        1,
        async () => 2,
        (seen) => seen === 1,
      ),
    ).toEqual({ seen: 2, end: 'news' });
  });

  it('looks once more when the time is up: what expires wakes nobody', async () => {
    const { time, waiters } = setUp();
    let seen: number | null = 1;
    const held = hold(
      waiters,
      request,
      seen,
      async () => seen,
      (now) => now === 1,
    );
    await settled();
    seen = null;
    time.pass(20_000);
    expect(await held).toEqual({ seen: null, end: 'changed' });
  });

  it('gives its place up when looking fails', async () => {
    const { waiters } = setUp();
    const look = () => Promise.reject(new Error('disk'));
    await expect(hold(waiters, request, 1, look, () => true)).rejects.toThrow('disk');
    expect(waiters.stats()).toEqual({ waiting: 0 });
  });
});
