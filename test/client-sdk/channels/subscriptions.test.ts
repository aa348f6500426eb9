import { describe, expect, test } from 'vitest';
import { readResult, subscription } from '../../../client-sdk/src/channels/selection.ts';
import { createFakeLog } from '../support/fake-log.ts';
import { channelKit, protocols, words } from './support/channel-kit.ts';

const target = { workflow: 'orders', id: 'order-1' };

describe.each(protocols)('a subscription of %s', (protocol) => {
  const { start, stop, data } = words[protocol];

  test('names its execution, and is ended by its id', async () => {
    const kit = channelKit(protocol);
    const { feed } = kit.open('order-7');
    await kit.clock.settle();
    feed.close();
    const [, started, stopped] = kit.sockets[0]?.received ?? [];
    const text = protocol === 'appsync' ? String(started?.payload?.data) : JSON.stringify(started?.payload);
    expect(JSON.parse(text)).toEqual({ query: subscription, variables: { workflow: 'orders', id: 'order-7' } });
    expect([started?.type, stopped]).toEqual([start, { type: stop, id: started?.id }]);
  });

  test.each([
    [{ errors: [{ errorType: 'MaxSubscriptionsReachedError', message: 'Max number of 100 subscriptions reached' }] }],
    [{ errors: [{ errorType: 'LimitExceededException' }] }],
    [{ errors: [{ message: 'nothing known about it' }] }],
    [null],
  ])('that is refused (%j) is tried again by back-off, and the others go on', async (refusal) => {
    const kit = channelKit(protocol);
    const first = kit.open();
    await kit.clock.settle();
    kit.refusal = refusal ?? { errors: null };
    const second = kit.open();
    await kit.clock.advance(60_000);
    kit.push();
    expect(first.told).toEqual(['up', 'frame 1']);
    const refusals = second.told.filter((what) => what === 'down unavailable').length;
    expect(refusals).toBeGreaterThan(4);
    expect(refusals).toBeLessThan(20);
    kit.refusal = null;
    await kit.clock.advance(30_000);
    expect(second.told.at(-1)).toBe('up');
    expect(first.told).toHaveLength(2);
    expect(kit.sockets).toHaveLength(1);
  });

  test.each([
    { errors: [{ errorType: 'Unauthorized' }] },
    { errors: [{ errorType: 'UnauthorizedException', message: 'x' }] },
    { errors: [{ errorCode: 401 }] },
    [{ message: 'Forbidden', extensions: { code: 'FORBIDDEN' } }],
  ])('whose token is refused (%j) gets a fresh one', async (refusal) => {
    let asked = 0;
    const kit = channelKit(protocol, { token: () => `token-${++asked}` });
    kit.refusal = refusal;
    const { told } = kit.open();
    await kit.clock.settle();
    kit.refusal = null;
    await kit.clock.advance(1_000);
    // Without confirmations a subscription counts as up until it is refused.
    expect(told).toEqual([...(protocol === 'appsync' ? [] : ['up']), 'down unauthorized', 'up']);
    expect(asked).toBe(2);
    expect(kit.sockets.map((socket) => socket.isOpen())).toEqual([false, true]);
  });

  test('that the server completes is taken up again: no execution ends by that (S17)', async () => {
    const kit = channelKit(protocol);
    const { told } = kit.open();
    await kit.clock.settle();
    const [id] = kit.sockets[0]?.subscriptions.keys() ?? [];
    kit.sockets[0]?.subscriptions.clear();
    kit.sockets[0]?.send({ type: 'complete', id });
    await kit.clock.advance(1_000);
    kit.push();
    expect(told).toEqual(['up', 'down unavailable', 'up', 'frame 1']);
    // What still comes for the one before is nobody's.
    kit.sockets[0]?.send({ type: data, id, payload: { data: null } });
    kit.sockets[0]?.send({ type: 'complete', id });
    expect(told).toHaveLength(4);
  });

  test('that brings what is not whole asks for a pull', async () => {
    const kit = channelKit(protocol);
    const { told } = kit.open();
    await kit.clock.settle();
    kit.push({ recordedAt: null as never });
    kit.push({}, [{ message: 'Not Authorized to access output on type Update', path: ['statusChanged', 'output'] }]);
    kit.push({ output: '{"cut' });
    expect(told).toEqual(['up', 'missed', 'missed', 'missed']);
  });

  test('what is no JSON ends the connection, and no protocol of ours is followed blindly', async () => {
    const kit = channelKit(protocol);
    const { told } = kit.open();
    await kit.clock.settle();
    for (const odd of [
      'null',
      '7',
      '[]',
      '{"type":"what"}',
      `{"type":"${data}","id":"999"}`,
      '{"type":"connection_ack"}',
    ])
      kit.sockets[0]?.raw(odd);
    expect(told).toEqual(['up']);
    kit.sockets[0]?.raw('<html>');
    expect(told).toEqual(['up', 'down bad-answer']);
  });
});

test('every field that the contract never leaves null is asked for by that', () => {
  const update = createFakeLog().append({ output: '{"total":42}' });
  const result = (change: object) => readResult({ data: { statusChanged: { ...update, ...change } } }, target);
  expect(result({})).toEqual({ ...update, output: { total: 42 } });
  const nullable = ['state', 'progress', 'output', 'error', 'startedAt', 'stoppedAt'];
  for (const name of Object.keys(update)) {
    if (nullable.includes(name)) expect(result({ [name]: null }), name).not.toBeNull();
    else expect([result({ [name]: null }), result({ [name]: undefined })], name).toEqual([null, null]);
  }
});

test('an update of another execution is not taken for one of this', () => {
  const update = createFakeLog().append();
  const read = (change: object) => readResult({ data: { statusChanged: { ...update, ...change } } }, target);
  expect([read({ id: 'order-2' }), read({ workflow: 'refunds' })]).toEqual([null, null]);
});

test('AppSync: a subscription that is never confirmed takes the connection down with it', async () => {
  const kit = channelKit('appsync');
  kit.behaviour.server = 'mute';
  const { told } = kit.open();
  await kit.clock.advance(10_100);
  expect(told).toEqual(['down unavailable']);
  kit.behaviour.server = 'ok';
  await kit.clock.advance(1_000);
  expect(told).toEqual(['down unavailable', 'up']);
});
