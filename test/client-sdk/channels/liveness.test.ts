import { describe, expect, test } from 'vitest';
import { type ChannelKit, channelKit, protocols } from './support/channel-kit.ts';

/** Lets time pass as in a hidden tab: messages come on time, timers once a minute; AppSync says `ka` as often. */
async function hidden(kit: ChannelKit, minutes: number): Promise<void> {
  for (let i = 0; i < minutes; i++) {
    kit.clock.sleep(59_000);
    if (kit.behaviour.server === 'ok') kit.sockets.at(-1)?.send({ type: 'ka' });
    kit.clock.sleep(1_000);
    await kit.clock.settle();
  }
}

const isOpen = (kit: ChannelKit) => kit.sockets.map((socket) => socket.isOpen());

describe.each(protocols)('the liveness of %s', (protocol) => {
  test('a server that says nothing any more is found out, and replaced', async () => {
    const kit = channelKit(protocol);
    const { told } = kit.open();
    await kit.clock.settle();
    kit.behaviour.server = 'silent';
    // AppSync names the time itself, in `connection_ack`; the other is pinged after 25 s and has 10 s to answer.
    const silenceMs = protocol === 'appsync' ? 120_000 : 35_000;
    await kit.clock.advance(silenceMs - 100);
    expect(isOpen(kit)).toEqual([true]);
    await kit.clock.advance(200);
    expect(isOpen(kit)[0]).toBe(false);
    kit.behaviour.server = 'ok';
    await kit.clock.advance(15_000);
    expect(told[1]).toBe('down unavailable');
    expect(told.at(-1)).toBe('up');
  });

  test('every message is a sign of life', async () => {
    const kit = channelKit(protocol);
    kit.open();
    await kit.clock.settle();
    kit.behaviour.server = 'silent';
    for (let i = 0; i < 20; i++) {
      await kit.clock.advance(20_000);
      kit.push();
    }
    expect(isOpen(kit)).toEqual([true]);
  });

  test('the throttled timers of a hidden tab do not end a healthy connection, and do not keep a dead one', async () => {
    const kit = channelKit(protocol);
    const { told } = kit.open();
    await kit.clock.settle();
    await hidden(kit, 30);
    expect(told).toEqual(['up']);
    expect(isOpen(kit)).toEqual([true]);
    kit.behaviour.server = 'silent';
    await hidden(kit, 6);
    expect(isOpen(kit)[0]).toBe(false);
  });

  test('after sleep, what was queued meanwhile counts before the silence does', async () => {
    const kit = channelKit(protocol);
    const { told } = kit.open();
    await kit.clock.settle();
    // Asleep in the middle of a ping.
    await kit.clock.advance(25_100);
    kit.clock.sleep(600_000);
    // The overdue timer comes first, then what was waiting in the socket.
    await kit.clock.settle();
    kit.push();
    await kit.clock.advance(60_000);
    expect(told).toEqual(['up', 'frame 1']);
    expect(isOpen(kit)).toEqual([true]);
  });

  test('after sleep, a dead connection is found out within half a minute', async () => {
    const kit = channelKit(protocol);
    kit.open();
    await kit.clock.advance(26_000);
    kit.behaviour.server = 'silent';
    kit.clock.sleep(600_000);
    await kit.clock.advance(30_000);
    expect(isOpen(kit)[0]).toBe(false);
  });
});

test('where timers stand still in sleep, a connection that is pinged is found dead within 35 s of waking', async () => {
  const kit = channelKit('graphql-transport-ws');
  kit.open();
  await kit.clock.advance(10_000);
  kit.behaviour.server = 'silent';
  kit.clock.suspend(8 * 3_600_000);
  await kit.clock.advance(46_000);
  expect(isOpen(kit)[0]).toBe(false);
});

test('pings of the server are answered', async () => {
  const kit = channelKit('graphql-transport-ws');
  kit.open();
  await kit.clock.settle();
  kit.sockets[0]?.send({ type: 'ping' });
  expect(kit.sockets[0]?.received.at(-1)).toEqual({ type: 'pong' });
});
