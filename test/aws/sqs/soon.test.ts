import { expect, it } from 'vitest';
import type { QueueMessage } from '../../../aws/sqs/queue.ts';
import { createSoon } from '../../../aws/sqs/soon.ts';

const now = 1_000_000;
const key = { workflow: 'orders', id: 'order-1' };

function bench() {
  const sent: QueueMessage[] = [];
  const queue = { send: async (messages: readonly QueueMessage[]) => void sent.push(...messages) };
  return { sent, soon: createSoon(queue, () => now) };
}

it('S35: sends looks of the next minute as delayed messages, never too early, each execution once', async () => {
  const { sent, soon } = bench();
  soon.timers.wake(key, now + 9_000);
  soon.timers.wake(key, now + 4_001);
  soon.timers.wake({ workflow: 'orders', id: 'order-2' }, now - 50);
  await soon.flush();
  await soon.flush();
  expect(sent).toEqual([
    { body: '{"settle":{"workflow":"orders","id":"order-1"}}', delaySeconds: 5 },
    { body: '{"settle":{"workflow":"orders","id":"order-2"}}', delaySeconds: 0 },
  ]);
});

it('leaves later looks to the reconciler: an open execution costs no message', async () => {
  const { sent, soon } = bench();
  soon.timers.wake(key, now + 300_000);
  await soon.flush();
  expect(sent).toEqual([]);
});
