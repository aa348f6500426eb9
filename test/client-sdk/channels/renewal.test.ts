import { describe, expect, test } from 'vitest';
import { createFakeClock, type FakeClock } from '../support/fake-clock.ts';
import { makeToken } from '../support/make-token.ts';
import { channelKit, protocols } from './support/channel-kit.ts';

const hour = 3_600_000;

/** A token function whose tokens live `lifeS`, and how often it was asked. */
function minting(clock: FakeClock, lifeS: number) {
  const asked: number[] = [];
  const token = async () => {
    asked.push(clock.now());
    const iat = clock.now() / 1000;
    return makeToken({ iat, exp: iat + lifeS, name: `token-${asked.length}` });
  };
  return { token, asked };
}

describe.each(protocols)('a connection of %s', (protocol) => {
  test('S30: is replaced before its token expires, without a moment without one', async () => {
    const clock = createFakeClock();
    const { token, asked } = minting(clock, 900);
    const kit = channelKit(protocol, { clock, token });
    kit.behaviour.timeoutMs = 24 * hour;
    const { told } = kit.open();
    await clock.advance(869_000);
    expect(kit.sockets).toHaveLength(1);
    kit.behaviour.openMs = 5_000;
    await clock.advance(2_000);
    expect(kit.sockets.map((socket) => socket.isOpen())).toEqual([true, false]);
    kit.push();
    expect(told).toEqual(['up', 'frame 1']);
    await clock.advance(5_000);
    expect(kit.sockets.map((socket) => socket.isOpen())).toEqual([false, true]);
    // The new one is subscribed, so that what passed between the two is pulled.
    expect(told).toEqual(['up', 'frame 1', 'up']);
    kit.push();
    expect(told.at(-1)).toBe('frame 2');
    expect(asked).toHaveLength(2);
    await clock.advance(10 * 900_000);
    expect(told).not.toContain('down unavailable');
    expect(asked.length).toBeLessThan(15);
  });

  test('S30: a replacement that fails leaves what works alone, and is tried again by back-off', async () => {
    const clock = createFakeClock();
    const kit = channelKit(protocol, { clock, token: minting(clock, 900).token });
    kit.behaviour.timeoutMs = 24 * hour;
    const { told } = kit.open();
    await clock.advance(860_000);
    kit.behaviour.server = 'refuse';
    await clock.advance(20_000);
    expect(kit.sockets.length).toBeGreaterThan(2);
    expect(kit.sockets.length).toBeLessThan(12);
    kit.behaviour.server = 'ok';
    await clock.advance(40_000);
    expect(told).toEqual(['up', 'up']);
    expect(kit.sockets.filter((socket) => socket.isOpen())).toHaveLength(1);
  });

  test('S30: a token that expires while the tab sleeps is replaced at the refusal, at once', async () => {
    const clock = createFakeClock();
    const { token, asked } = minting(clock, 900);
    const kit = channelKit(protocol, { clock, token });
    const { told } = kit.open();
    await clock.settle();
    clock.suspend(2 * hour);
    kit.sockets[0]?.end(4403);
    await clock.settle();
    expect(told).toEqual(['up', 'down unauthorized', 'up']);
    expect(asked).toHaveLength(2);
  });

  test.each([
    ['the same token again and again', makeToken({ iat: 1_763_000_000, exp: 1_763_000_900 })],
    ['no JWT', 'opaque.token.text'],
    ['a JWT without an end', makeToken({})],
  ])('a token function that gives %s causes no loop', async (_name, token) => {
    const clock = createFakeClock();
    let asked = 0;
    const kit = channelKit(protocol, {
      clock,
      token: () => {
        asked++;
        return token;
      },
    });
    const { told } = kit.open();
    for (let i = 0; i < 60; i++) {
      await clock.advance(60_000);
      kit.push();
    }
    expect(asked).toBe(1);
    expect(kit.sockets).toHaveLength(1);
    expect(told.filter((what) => what === 'up')).toHaveLength(1);
  });

  test('is replaced before AppSync ends it after 24 h, clients that began together at different times', async () => {
    const replacedAt = async (random: () => number) => {
      const clock = createFakeClock(random);
      const kit = channelKit(protocol, { clock });
      kit.open();
      for (let minutes = 0; minutes < 24 * 60; minutes += 2) {
        kit.push();
        await clock.advance(120_000 - 1);
        if (kit.sockets.length > 1) return minutes / 60;
      }
      return 24;
    };
    const [early, late] = [await replacedAt(() => 0.999), await replacedAt(() => 0)];
    expect(late).toBeLessThan(23.5);
    expect(early).toBeGreaterThan(20);
    expect(late - early).toBeGreaterThan(1);
  });
});
