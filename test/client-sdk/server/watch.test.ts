import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createStatusClient, createWebhookReceiver, poll } from '../../../client-sdk/src/server/index.ts';
import { createTestService, type TestService } from '../../../client-sdk/src/testing/index.ts';
import { iterateAll } from '../support/collect.ts';
import { secret, signed } from './support/requests.ts';

let service: TestService;
beforeEach(() => {
  service = createTestService();
  // What is read here comes by webhook or by pull.
  service.refusePush();
});
afterEach(() => {
  service.close();
});

const pulls = () => service.requests.filter(({ path }) => path.startsWith('/status/')).length;

/** A server of the application: a receiver, and a client that reads from it. */
function server() {
  const { url, token, fetch, timers, environment } = service;
  const receiver = createWebhookReceiver({ secret, clock: timers.now });
  const channels = [receiver.channel(), poll()];
  const client = createStatusClient({ url, token, fetch, timers, environment, channels });
  const order = service.run('orders', 'order-1');
  /** The delivery of one update of the log, as the service makes it. */
  const deliver = async (seq: number, more: object = {}): Promise<number> => {
    const data = order.updates[seq - 1];
    const body = JSON.stringify({ type: 'status.updated', data, previousSeq: null, ...more });
    const answer = await receiver.handle(signed({ id: `upd_${data?.epoch}_${seq}`, at: timers.now(), body }));
    await service.advance();
    return answer.status;
  };
  return { receiver, client, order, deliver };
}

describe('watch reads from a webhook receiver', () => {
  test('what is delivered is handed over at once, without a request', async () => {
    const { client, order, deliver } = server();
    order.start();
    const { seqs, watch } = iterateAll(client.watch('orders', 'order-1'));
    await service.advance(3_000);
    expect(watch.getSnapshot().connection).toMatchObject({ state: 'live', channel: 'webhook' });
    const before = pulls();
    order.enter('A');
    order.enter('B');
    expect([await deliver(2), await deliver(3)]).toEqual([204, 204]);
    expect([seqs(), pulls() - before]).toEqual(['1 2 3', 0]);
    client.close();
  });

  test('a lost delivery is pulled, a repeated or late one changes nothing', async () => {
    const { client, order, deliver } = server();
    order.start();
    const { seqs } = iterateAll(client.watch('orders', 'order-1'));
    await service.advance(3_000);
    for (const state of ['A', 'B', 'C']) order.enter(state);
    const before = pulls();
    await deliver(3);
    await service.advance(1_000);
    expect([seqs(), pulls() > before]).toEqual(['1 2 3 4', true]);
    for (const seq of [3, 2, 4, 4]) await deliver(seq);
    expect(seqs()).toBe('1 2 3 4');
    client.close();
  });

  test('deliveries that never come are noticed by the safety poll', async () => {
    const { client, order } = server();
    order.start();
    const { seqs } = iterateAll(client.watch('orders', 'order-1'));
    await service.advance(3_000);
    order.enter('A');
    await service.advance(120_000);
    expect(seqs()).toBe('1 2');
    client.close();
  });

  test('S32: where the log was trimmed the update is handed over as skipped; where this watch lacks nothing, it is not', async () => {
    const { client, order, deliver } = server();
    order.start();
    const early = iterateAll(client.watch('orders', 'order-1'));
    await service.advance(3_000);
    for (const state of ['A', 'B', 'C']) order.enter(state);
    order.trim(4);
    await deliver(4, { previousSeq: 1, skipped: true });
    await service.advance(1_000);
    expect(early.seqs()).toBe('1 4!');
    order.enter('D');
    // The endpoint had missed 5 by its own history, and this watch had not.
    await deliver(5, { previousSeq: 1, skipped: true });
    expect(early.seqs()).toBe('1 4! 5');
    client.close();
  });

  test('each watch gets its own execution, and several clients share one receiver', async () => {
    const { client, receiver, order, deliver } = server();
    const { url, token, fetch, timers, environment } = service;
    const second = createStatusClient({ url, token, fetch, timers, environment, channels: [receiver.channel()] });
    order.start();
    service.run('orders', 'order-2').start();
    service.run('parcels', 'order-1').start();
    const ids = [
      ['orders', 'order-1'],
      ['orders', 'order-2'],
      ['parcels', 'order-1'],
    ] as const;
    const seen = [client, second].flatMap((each) => ids.map(([workflow, id]) => iterateAll(each.watch(workflow, id))));
    await service.advance(3_000);
    order.enter('A');
    const before = pulls();
    await deliver(2);
    expect(seen.map(({ seqs }) => seqs())).toEqual(['1 2', '1', '1', '1 2', '1', '1']);
    expect(pulls()).toBe(before);
    client.close();
    order.enter('B');
    await deliver(3);
    expect(seen.map(({ seqs }) => seqs())).toEqual(['1 2', '1', '1', '1 2 3', '1', '1']);
    second.close();
    await service.advance();
    expect(timers.pending()).toBe(0);
  });
});
