import { describe, expect, test } from 'vitest';
import { createFakeClock } from '../support/fake-clock.ts';
import { channelKit, protocols } from './support/channel-kit.ts';

describe.each(protocols)('a connection of %s', (protocol) => {
  test('carries what is pushed, and is shared by all feeds', async () => {
    const kit = channelKit(protocol);
    const opened = ['order-1', 'order-2', 'order-1'].map((id) => kit.open(id));
    await kit.clock.settle();
    kit.push();
    kit.push({ id: 'order-2' });
    expect(opened.map(({ told }) => told.join())).toEqual(['up,frame 1', 'up,frame 2', 'up,frame 1']);
    expect(kit.sockets).toHaveLength(1);
  });

  test('that opens and is never acknowledged is given up after 10 s, and replaced', async () => {
    const kit = channelKit(protocol);
    kit.behaviour.server = 'silent';
    const { told } = kit.open();
    await kit.clock.advance(9_900);
    expect(told).toEqual([]);
    expect(kit.sockets[0]?.isOpen()).toBe(true);
    await kit.clock.advance(200);
    expect(told).toEqual(['down unavailable']);
    expect(kit.sockets[0]?.isOpen()).toBe(false);
    kit.behaviour.server = 'ok';
    await kit.clock.advance(500);
    expect(told).toEqual(['down unavailable', 'up']);
  });

  test.each(['refuse', 'forbidden', 'silent'] as const)(
    'to a server that answers `%s` is tried under 30 times a minute',
    async (server) => {
      // The luckiest draws of the jitter, all the time.
      const kit = channelKit(protocol, { clock: createFakeClock(() => 0), token: async () => 'secret' });
      kit.behaviour.server = server;
      kit.open();
      for (let minute = 0; minute < 10; minute++) expect(await kit.attemptsWithin(60_000)).toBeLessThan(30);
      expect(kit.sockets.filter((socket) => socket.isOpen()).length).toBeLessThan(2);
      kit.behaviour.server = 'ok';
      await kit.clock.advance(31_000);
      kit.channel.close();
      expect(kit.clock.pending()).toBe(0);
    },
  );

  test('that is accepted and dropped again is no reason to begin the back-off anew; one that lasts is', async () => {
    const kit = channelKit(protocol);
    kit.open();
    let attempts = 0;
    for (let i = 0; i < 600; i++) {
      attempts += await kit.attemptsWithin(100);
      kit.sockets.at(-1)?.end(1011);
    }
    expect(attempts).toBeLessThan(30);
    await kit.clock.advance(60_000);
    expect(kit.sockets.at(-1)?.isOpen()).toBe(true);
    kit.sockets.at(-1)?.end(1006);
    expect(await kit.attemptsWithin(500)).toBe(1);
  });

  test('that never caught up keeps the back-off however long it lasts', async () => {
    const kit = channelKit(protocol);
    kit.behaviour.caughtUp = false;
    kit.open();
    for (let i = 0; i < 8; i++) {
      await kit.clock.advance(40_000);
      kit.sockets.at(-1)?.end(1011);
    }
    expect(await kit.attemptsWithin(10_000)).toBe(0);
  });

  test('whose `open` was queued while the runtime slept is not kept half open', async () => {
    const kit = channelKit(protocol);
    kit.behaviour.openMs = 9_000;
    const { told } = kit.open();
    await kit.clock.advance(100);
    kit.behaviour.openMs = 0;
    kit.clock.sleep(3_600_000);
    await kit.clock.advance(5_000);
    expect(told.at(-1)).toBe('up');
    expect(kit.sockets.filter((socket) => socket.isOpen())).toHaveLength(1);
    kit.push();
    expect(told.at(-1)).toBe('frame 1');
  });

  test('that was given up is not heard any more', async () => {
    const kit = channelKit(protocol);
    const { told } = kit.open();
    await kit.clock.settle();
    kit.channel.wake(true);
    await kit.clock.settle();
    kit.sockets[0]?.closeLate();
    await kit.clock.advance(60_000);
    expect(told).toEqual(['up', 'down unavailable', 'up']);
    expect(kit.sockets).toHaveLength(2);
  });

  test('waking: a wait for the next attempt ends; what works is left alone, unless it is presumed dead', async () => {
    const kit = channelKit(protocol);
    kit.behaviour.server = 'refuse';
    kit.open();
    await kit.clock.advance(300_000);
    kit.behaviour.server = 'ok';
    kit.channel.wake(false);
    expect(await kit.attemptsWithin(0)).toBe(1);
    expect(kit.sockets.at(-1)?.isOpen()).toBe(true);
    kit.channel.wake(false);
    expect(await kit.attemptsWithin(1_000)).toBe(0);
    kit.channel.wake(true);
    expect(await kit.attemptsWithin(0)).toBe(1);
    kit.channel.close();
    kit.channel.wake(true);
    expect(await kit.attemptsWithin(60_000)).toBe(0);
  });

  test('is closed 1 s after the last feed, and a feed that comes meanwhile finds it open', async () => {
    const kit = channelKit(protocol);
    const first = kit.open();
    await kit.clock.settle();
    first.feed.close();
    first.feed.close();
    await kit.clock.advance(900);
    const second = kit.open();
    await kit.clock.advance(20_000);
    expect(second.told).toEqual(['up']);
    expect(kit.sockets[0]?.subscriptions.size).toBe(1);
    second.feed.close();
    await kit.clock.advance(1_100);
    expect(kit.sockets.map((socket) => socket.isOpen())).toEqual([false]);
    expect(kit.clock.pending()).toBe(0);
    expect(first.told).toEqual(['up']);
  });

  test('that nobody waits for any more is not opened', async () => {
    const kit = channelKit(protocol);
    kit.open().feed.close();
    await kit.clock.advance(60_000);
    expect(kit.sockets).toHaveLength(0);
    expect(kit.clock.pending()).toBe(0);
  });

  test('a feed closed or opened while the others are told of a break', async () => {
    const kit = channelKit(protocol);
    const late: { told?: string[] } = {};
    const first = kit.open('order-1', (what) => {
      if (what !== 'down unavailable') return;
      second.feed.close();
      late.told ??= kit.open('order-3').told;
    });
    const second = kit.open('order-2');
    await kit.clock.settle();
    kit.sockets[0]?.end(1006);
    await kit.clock.advance(1_000);
    expect([first.told, second.told, late.told]).toEqual([['up', 'down unavailable', 'up'], ['up'], ['up']]);
    expect(kit.sockets).toHaveLength(2);
  });
});
