import { type SendMessageBatchCommand, type SendMessageBatchCommandInput, SQSClient } from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import { createQueue } from '../../../aws/sqs/queue.ts';

type Answer = { readonly Failed?: readonly { Id: string; SenderFault: boolean; Code: string }[] };

function fakeClient(...answers: Answer[]) {
  const requests: SendMessageBatchCommandInput[] = [];
  const client = new SQSClient({ region: 'eu-west-1' });
  client.send = (async ({ input }: SendMessageBatchCommand) => {
    requests.push(input);
    return answers.shift() ?? {};
  }) as never;
  return { client, requests };
}
const url = 'https://sqs.eu-west-1.amazonaws.com/111122223333/starts';
const bodies = (input: SendMessageBatchCommandInput | undefined) => input?.Entries?.map((entry) => entry.MessageBody);

describe('a queue', () => {
  it('sends ten messages in one request, with delay and reason', async () => {
    const { client, requests } = fakeClient();
    const messages = Array.from({ length: 11 }, (_, n) => ({ body: `m${n}`, delaySeconds: n, reason: 'because' }));
    await createQueue(client, url).send(messages);
    expect(requests.map((request) => request.Entries?.length)).toEqual([10, 1]);
    expect(requests[0]).toMatchObject({ QueueUrl: url });
    expect(requests[0]?.Entries?.[3]).toEqual({
      Id: '3',
      MessageBody: 'm3',
      DelaySeconds: 3,
      MessageAttributes: { reason: { DataType: 'String', StringValue: 'because' } },
    });
  });

  it('keeps each request below what SQS takes', async () => {
    const { client, requests } = fakeClient();
    await createQueue(client, url).send(Array.from({ length: 3 }, () => ({ body: 'x'.repeat(100_000) })));
    expect(requests.map((request) => request.Entries?.length)).toEqual([2, 1]);
  });

  it('offers again what a request did not take, and nothing else', async () => {
    const { client, requests } = fakeClient({ Failed: [{ Id: '1', SenderFault: false, Code: 'InternalError' }] });
    await createQueue(client, url).send([{ body: 'a' }, { body: 'b' }]);
    expect(requests.map(bodies)).toEqual([['a', 'b'], ['b']]);
  });

  it('rejects where a message is not in the queue at the end', async () => {
    const busy = { Failed: [{ Id: '0', SenderFault: false, Code: 'InternalError' }] };
    const five = fakeClient(busy, busy, busy, busy, busy).client;
    const retry = { sleep: async () => {} };
    await expect(createQueue(five, url, retry).send([{ body: 'a' }])).rejects.toThrow('InternalError');
    const wrong = { Failed: [{ Id: '0', SenderFault: true, Code: 'InvalidMessageContents' }] };
    await expect(createQueue(fakeClient(wrong).client, url).send([{ body: 'a' }])).rejects.toThrow(
      'InvalidMessageContents',
    );
  });

  it('makes of any reason one that SQS takes: at most 1 KB, never empty, no control characters', async () => {
    const { client, requests } = fakeClient();
    const reasons = ['é'.repeat(2_000), '', 'a\u0000b\ud800'];
    await createQueue(client, url).send(reasons.map((reason) => ({ body: 'm', reason })));
    const sent = requests[0]?.Entries?.map((entry) => entry.MessageAttributes?.reason?.StringValue ?? '') ?? [];
    expect(sent.map((text) => Buffer.byteLength(text) <= 1_024)).toEqual([true, true, true]);
    expect(sent[0]?.length).toBeGreaterThan(500);
    expect(sent.slice(1)).toEqual(['unknown', 'a\ufffdb\ufffd']);
  });
});
