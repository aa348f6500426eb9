import { describe, expect, it } from 'vitest';
import { lookMessage, parseQueueMessage } from '../../../handlers/webhooks/queue-message.ts';
import { deliveryKey, updateOf } from '../../handlers/webhooks/bench.ts';

const now = 1_000_000;

describe('messages of the webhooks’ queue', () => {
  it('an update, as the topic delivers it raw', () => {
    const update = updateOf(3);
    expect(parseQueueMessage(JSON.stringify(update))).toEqual({ type: 'committed', update });
  });

  it.each([
    [null, 0],
    [now - 5_000, 0],
    [now + 5_000, 5],
    [now + 5_001, 6],
    [now + 900_000, 900],
    [now + 86_400_000, 900],
  ])('a look due at %s is hidden for %s s: never beyond what SQS can, never less than due', (dueAt, delaySeconds) => {
    const message = lookMessage({ key: deliveryKey, dueAt }, now);
    expect(message.delaySeconds).toBe(delaySeconds);
    expect(parseQueueMessage(message.body)).toEqual({ type: 'look', look: { key: deliveryKey, dueAt } });
  });

  it('takes the plain form that names a delivery and no time', () => {
    const body = JSON.stringify({ endpointId: 'ep_1', workflow: 'orders', id: 'order-1' });
    expect(parseQueueMessage(body)).toEqual({ type: 'look', look: { key: deliveryKey, dueAt: null } });
  });

  it.each(['', 'null', '[]', '"x"', '{"workflow":"w"}', '{"workflow":"w","id":"i"}', '{"id":1,"workflow":"w"}'])(
    'anything else is poison: %s',
    (body) => {
      expect(parseQueueMessage(body).type).toBe('unknown');
    },
  );

  it('an update without a time is poison', () => {
    expect(parseQueueMessage(JSON.stringify({ ...updateOf(1), recordedAt: 'soon' })).type).toBe('unknown');
  });
});
