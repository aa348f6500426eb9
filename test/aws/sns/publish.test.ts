import type { PublishBatchCommand, PublishBatchCommandInput, SNSClient } from '@aws-sdk/client-sns';
import { describe, expect, it } from 'vitest';
import { createTopicPublisher } from '../../../aws/sns/publish.ts';
import type { Update } from '../../../core/contract.ts';
import { updateOf, updatesOf } from '../../handlers/webhooks/bench.ts';

type Answer = { readonly Failed?: readonly { Id: string; SenderFault: boolean; Code: string }[] } | Error;

function topic(...answers: Answer[]) {
  const requests: PublishBatchCommandInput[] = [];
  const waits: number[] = [];
  const send = async ({ input }: PublishBatchCommand) => {
    requests.push(input);
    const answer = answers.shift() ?? {};
    if (answer instanceof Error) throw answer;
    return answer;
  };
  const publish = createTopicPublisher({
    client: { send: send as unknown as SNSClient['send'] },
    topicArn: 'arn:aws:sns:eu-west-1:111122223333:updates',
    retry: { random: () => 0.5, sleep: async (ms) => void waits.push(ms) },
  });
  const messages = () =>
    requests.map(({ PublishBatchRequestEntries = [] }) =>
      PublishBatchRequestEntries.map(({ Message = '' }): Update => JSON.parse(Message)),
    );
  return { publish, requests, waits, messages, seqs: () => messages().map((batch) => batch.map(({ seq }) => seq)) };
}
const failed = (Id: string, SenderFault = false) => ({ Id, SenderFault, Code: SenderFault ? 'Invalid' : 'Internal' });

describe('publishing to the topic', () => {
  it('G1: sends every update, in order, ten a request', async () => {
    const { publish, messages, seqs } = topic();
    const updates = updatesOf(1, 23);
    await publish(updates);
    expect(messages().flat()).toEqual(updates);
    expect(seqs().map((batch) => batch.length)).toEqual([10, 10, 3]);
  });

  it('gives subscribers the attributes to filter by', async () => {
    const { publish, requests } = topic();
    await publish([updateOf(1, { tenant: 'acme', status: 'SUCCEEDED', kind: 'status', done: true })]);
    const attributes = requests[0]?.PublishBatchRequestEntries?.[0]?.MessageAttributes;
    const text = (StringValue: string) => ({ DataType: 'String', StringValue });
    expect(attributes).toEqual({
      tenant: text('acme'),
      workflow: text('orders'),
      status: text('SUCCEEDED'),
      kind: text('status'),
      done: text('true'),
    });
  });

  it('G1: an entry that a request answered 200 did not take leads the next batch, after a pause', async () => {
    const { publish, seqs, waits } = topic({ Failed: [failed('1'), failed('4')] });
    await publish(updatesOf(1, 12));
    expect(seqs()).toEqual([
      [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
      [2, 5, 11, 12],
    ]);
    expect(waits).toEqual([25]);
  });

  it('G1: rejects when an entry is not taken in five tries, after everything else was sent', async () => {
    const again = { Failed: [failed('0')] };
    const { publish, seqs, waits } = topic(again, again, again, again, again);
    await expect(publish(updatesOf(1, 11))).rejects.toThrow('1 of 11 entries were not taken: Internal.');
    expect(seqs().flat().toSorted()).toEqual([1, 1, 1, 1, 1, 10, 11, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(waits).toEqual([25, 50, 100, 200]);
  });

  it('does not repeat an entry that is itself at fault, but tells', async () => {
    const { publish, seqs } = topic({ Failed: [failed('0', true)] });
    await expect(publish(updatesOf(1, 2))).rejects.toThrow('Invalid');
    expect(seqs()).toEqual([[1, 2]]);
  });

  it('rejects when a request fails as a whole', async () => {
    const { publish } = topic(new Error('no connection'));
    await expect(publish(updatesOf(1, 2))).rejects.toThrow('no connection');
  });

  it('keeps a request within 256 KiB', async () => {
    const { publish, seqs, requests } = topic();
    await publish(updatesOf(1, 10, { output: 'é'.repeat(30_000) }));
    expect(seqs().map((batch) => batch.length)).toEqual([4, 4, 2]);
    for (const { PublishBatchRequestEntries = [] } of requests) {
      const bytes = PublishBatchRequestEntries.map(({ Message = '' }) => Buffer.byteLength(Message));
      expect(bytes.reduce((sum, one) => sum + one)).toBeLessThan(262_144);
    }
  });

  it('S15: an update over 256 KiB goes without its output, one of too many states with the last of them', async () => {
    const { publish, messages } = topic();
    const names = Array.from({ length: 4_000 }, (_, n) => `${n}`.padStart(80, 'x'));
    await publish([
      updateOf(1, { output: 'x'.repeat(262_144) }),
      updateOf(2, { activeStates: names, output: { total: 1 } }),
    ]);
    expect(messages().flat()).toEqual([
      updateOf(1, { output: null, outputOmitted: true }),
      updateOf(2, { activeStates: ['State2'], output: null, outputOmitted: true }),
    ]);
  });

  it('G8: names and texts that SNS would refuse hold nobody up', async () => {
    const { publish, requests, messages } = topic();
    const update = updateOf(1, { tenant: 'a\u0000\uD800b', progress: { percent: null, message: '\uFFFE\u0007' } });
    await publish([update]);
    const [entry] = requests[0]?.PublishBatchRequestEntries ?? [];
    expect(entry?.MessageAttributes?.tenant?.StringValue).toBe('a\uFFFD\uFFFDb');
    expect(entry?.Message).toMatch(/^[\x20-\x7e]+$/);
    expect(messages().flat()).toEqual([update]);
  });
});
