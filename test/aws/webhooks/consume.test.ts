import { describe, expect, it } from 'vitest';
import type { Deliveries } from '../../../core/ports.ts';
import { lookMessage } from '../../../handlers/webhooks/queue-message.ts';
import { append, deliveryKey, seqs, status, updateOf, updatesOf } from '../../handlers/webhooks/bench.ts';
import { bodyOf, done, stage } from './support/stage.ts';

describe('the consumer of the webhooks’ queue', () => {
  it('S31: an update wakes its deliveries, which go out in order; repeated and late messages send nothing twice', async () => {
    const { store, consumer, requests, sent } = await stage();
    const updates = updatesOf(1, 3);
    await append(store.log, updates);
    const bodies = [...updates].reverse().map(bodyOf);
    expect(await consumer()(bodies)).toEqual([done, done, done]);
    expect(await consumer()(bodies)).toEqual([done, done, done]);
    expect([seqs(requests), sent]).toEqual([[1, 2, 3], []]);
  });

  it('S32: a failure is looked at again when it is due; before that the message is sent on, and the claim left alone', async () => {
    const { store, consumer, deliverer, requests, endpoint, sent, time, looks } = await stage();
    await append(store.log, updatesOf(1, 1));
    endpoint.answer = () => status(503, '3600');
    expect(await consumer()([bodyOf(updateOf(1))])).toEqual([done]);
    const dueAt = time.now + 3_600_000;
    expect(sent).toEqual([lookMessage({ key: deliveryKey, dueAt }, time.now)]);
    const claims: unknown[] = [];
    const { claim } = store.deliveries;
    const watched: Deliveries['claim'] = (...args) => {
      claims.push(args);
      return claim(...args);
    };
    const chain = consumer(deliverer({ deliveries: { ...store.deliveries, claim: watched } }));
    for (const [hop, delay] of [900, 900, 900, 900].entries()) {
      expect(sent[hop]?.delaySeconds).toBe(delay);
      if (hop === 3) break;
      time.now += 900_000;
      expect(await chain([sent[hop]?.body ?? ''])).toEqual([done]);
    }
    expect([claims, looks().map((look) => look.dueAt)]).toEqual([[], [dueAt, dueAt, dueAt, dueAt]]);
    time.now += 900_000;
    endpoint.answer = () => status(204);
    expect(await consumer()([sent[3]?.body ?? ''])).toEqual([done]);
    expect([seqs(requests), sent.length]).toEqual([[1, 1], 4]);
  });

  it('a long log is handed back after its turn, and gone on with at once', async () => {
    const { store, consumer, requests, sent, deliverer } = await stage();
    await append(store.log, updatesOf(1, 5));
    const consume = consumer(deliverer({ turnSize: 2 }));
    await consume([bodyOf(updateOf(5))]);
    expect([seqs(requests), sent]).toEqual([[1, 2], [lookMessage({ key: deliveryKey, dueAt: null }, 0)]]);
    for (let n = 0; n < sent.length; n += 1) await consume([sent[n]?.body ?? '']);
    expect(seqs(requests)).toEqual([1, 2, 3, 4, 5]);
  });

  it('near the Lambda’s end begins no request, touches no claim, and hands back what it woke', async () => {
    const { store, consumer, deliverer, requests, sent } = await stage();
    await append(store.log, updatesOf(1, 1));
    const claim: Deliveries['claim'] = () => Promise.reject(new Error('claimed'));
    const idle = deliverer({ deliveries: { ...store.deliveries, claim } });
    expect(await consumer(idle)([bodyOf(updateOf(1))], { soon: AbortSignal.abort() })).toEqual([done]);
    expect([requests, sent]).toEqual([[], [lookMessage({ key: deliveryKey, dueAt: null }, 0)]]);
    await consumer()([sent[0]?.body ?? '']);
    expect(seqs(requests)).toEqual([1]);
  });

  it('G1: what is committed and woken while another holds the claim is sent by that holder', async () => {
    const { store, consumer, deliverer, requests, sent } = await stage();
    await append(store.log, updatesOf(1, 1));
    let raced = false;
    // The other message arrives after the holder's last look at the log and before its release.
    const release: Deliveries['release'] = async (claim, delivery) => {
      if (!raced) {
        raced = true;
        await append(store.log, updatesOf(2, 2));
        expect(await consumer()([bodyOf(updateOf(2))])).toEqual([done]);
      }
      return store.deliveries.release(claim, delivery);
    };
    await consumer(deliverer({ deliveries: { ...store.deliveries, release } }))([bodyOf(updateOf(1))]);
    expect([seqs(requests), sent]).toEqual([[1, 2], []]);
  });
});
