import { describe, expect, it } from 'vitest';
import type { Update } from '../../../core/contract.ts';
import { createStreamAnswer } from '../../../handlers/fanout/answer-stream.ts';
import { createStreamListener, type StreamListenerOptions } from '../../../handlers/fanout/stream-listener.ts';
import { updateOf, updatesOf } from '../../handlers/webhooks/bench.ts';

function listener(change: Partial<StreamListenerOptions> = {}) {
  const heard: string[] = [];
  const hear = (channel: string) => async (updates: readonly { id: string }[]) =>
    void heard.push(`${channel} ${updates.length}`);
  const onCommitted = createStreamListener({
    publish: hear('topic'),
    queueStarts: hear('starts'),
    hints: [hear('appsync'), hear('sockets')],
    onFannedOut: (updates) => heard.push(`out ${updates.length}`),
    ...change,
  });
  return { onCommitted, heard };
}
const refuse = () => Promise.reject(new Error('throttled'));

describe('the listener on the stream', () => {
  it('G1: hands updates to every channel, and accepted starts to their queue', async () => {
    const { onCommitted, heard } = listener();
    await onCommitted([updateOf(1, { status: 'PENDING' }), updateOf(2)]);
    expect(heard.toSorted()).toEqual(['appsync 2', 'out 2', 'sockets 2', 'starts 1', 'topic 2']);
    await onCommitted(updatesOf(3, 3));
    expect(heard.filter((line) => line.startsWith('starts'))).toHaveLength(1);
  });

  it.each([
    ['publish', [updateOf(1)]],
    ['queueStarts', [updateOf(1, { status: 'PENDING' })]],
  ] as const)('G1: rejects when %s does, and the hints have gone out all the same', async (part, updates) => {
    const { onCommitted, heard } = listener({ [part]: refuse });
    await expect(onCommitted(updates)).rejects.toThrow('throttled');
    expect(heard.filter((line) => line.startsWith('appsync'))).toEqual(['appsync 1']);
    expect(heard).not.toContain('out 1');
  });

  it('a durable part is not held up by a hint, nor the answer by one that failed', async () => {
    const slow = Promise.withResolvers<void>();
    const { onCommitted, heard } = listener({ hints: [() => slow.promise, refuse] });
    const told = onCommitted(updatesOf(1, 1));
    await Promise.resolve();
    expect(heard).toEqual(['topic 1']);
    slow.resolve();
    await told;
    expect(heard).toEqual(['topic 1', 'out 1']);
  });
});

describe('the answer to a batch of the stream', () => {
  const records = [{ n: 1 }, { n: 2 }];
  const onCommitted = async (_updates: readonly Update[]) => {};

  it('names the first record that was not dealt with, so that Lambda goes on there', async () => {
    const errors: unknown[] = [];
    const answer = createStreamAnswer<{ n: number }>({
      fanOut: async () => ({ type: 'failed', unanswered: '300', error: 'why' }),
      listener: onCommitted,
      onFailed: (error) => errors.push(error),
    });
    expect(await answer({ Records: records })).toEqual({ batchItemFailures: [{ itemIdentifier: '300' }] });
    expect(errors).toEqual(['why']);
  });

  it('names none when all is done', async () => {
    const answer = createStreamAnswer<{ n: number }>({
      fanOut: async (given, told) => {
        expect([given, told]).toEqual([records, onCommitted]);
        return { type: 'done' };
      },
      listener: onCommitted,
      onFailed: () => {},
    });
    expect(await answer({ Records: records })).toEqual({ batchItemFailures: [] });
  });
});
