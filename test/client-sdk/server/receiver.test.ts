import { describe, expect, test, vi } from 'vitest';
import { createWebhookReceiver, type WebhookReceiverOptions } from '../../../client-sdk/src/server/index.ts';
import { now, payloadOf, secret, signed } from './support/requests.ts';

const receiverOf = (options: WebhookReceiverOptions) => createWebhookReceiver({ secret, clock: () => now, ...options });
const delivery = (seq: number, more: object = {}) => signed({ id: `upd_A_${seq}`, body: payloadOf(seq, more) });

describe('onUpdate', () => {
  test('is awaited before the answer: when it fails, the answer is 500 and the repetition calls it again', async () => {
    const onUpdate = vi.fn().mockRejectedValueOnce(new Error('database is down'));
    const onEvent = vi.fn();
    const receiver = receiverOf({ onUpdate, onEvent });
    const failed = await receiver.handle(delivery(1));
    expect(failed.status).toBe(500);
    expect(await failed.text()).not.toContain('database');
    expect(onEvent).toHaveBeenCalledWith({ type: 'failed', id: 'upd_A_1', error: new Error('database is down') });
    expect((await receiver.handle(delivery(1))).status).toBe(204);
    expect(onUpdate).toHaveBeenCalledTimes(2);
  });

  test('is not answered for before it is done', async () => {
    const work = Promise.withResolvers<void>();
    let answered = false;
    const answer = receiverOf({ onUpdate: () => work.promise })
      .handle(delivery(1))
      .then(() => {
        answered = true;
      });
    await new Promise(setImmediate);
    expect(answered).toBe(false);
    work.resolve();
    await answer;
  });

  test('is called once for an id, though the sender repeats it during the work and after it', async () => {
    const work = Promise.withResolvers<void>();
    const onUpdate = vi.fn(() => work.promise);
    const receiver = receiverOf({ onUpdate });
    const together = [receiver.handle(delivery(1)), receiver.handle(delivery(1))];
    await new Promise(setImmediate);
    work.resolve();
    const answers = [...(await Promise.all(together)), await receiver.handle(delivery(1))];
    expect(answers.map(({ status }) => status)).toEqual([204, 204, 204]);
    expect(onUpdate).toHaveBeenCalledTimes(1);
  });

  test('a repetition during work that fails is told so, too', async () => {
    const work = Promise.withResolvers<void>();
    const receiver = receiverOf({ onUpdate: () => work.promise });
    const together = [receiver.handle(delivery(1)), receiver.handle(delivery(1))];
    await new Promise(setImmediate);
    work.reject(new Error('late'));
    expect((await Promise.all(together)).map(({ status }) => status)).toEqual([500, 500]);
  });

  test('remembers a bounded number of ids', async () => {
    const onUpdate = vi.fn();
    const receiver = receiverOf({ onUpdate, rememberIds: 2 });
    for (const seq of [1, 2, 2, 3, 2, 1]) await receiver.handle(delivery(seq));
    expect(onUpdate.mock.calls.map(([{ seq }]) => seq)).toEqual([1, 2, 3, 1]);
  });

  test('S32: is told where history was trimmed', async () => {
    const onUpdate = vi.fn();
    const receiver = receiverOf({ onUpdate });
    await receiver.handle(delivery(1));
    await receiver.handle(delivery(9, { previousSeq: 1, skipped: true }));
    expect(onUpdate.mock.calls.map(([{ seq, skipped }, { previousSeq }]) => [seq, skipped, previousSeq])).toEqual([
      [1, false, null],
      [9, true, 1],
    ]);
  });

  test('other types of events are answered as accepted and left alone', async () => {
    const onUpdate = vi.fn();
    const onEvent = vi.fn();
    const answer = await receiverOf({ onUpdate, onEvent }).handle(delivery(1, { type: 'webhook.test', data: {} }));
    expect([answer.status, onUpdate.mock.calls.length]).toEqual([204, 0]);
    expect(onEvent).toHaveBeenCalledWith({ type: 'ignored' });
  });
});
