import { describe, expect, it } from 'vitest';
import type { Deliveries } from '../../../core/ports.ts';
import { createFanOut } from '../../../handlers/webhooks/fan-out.ts';
import { inTurns } from '../../../handlers/webhooks/in-turns.ts';
import { append, deliveryKey, endpointOf, seqs, status, updateOf, updatesOf } from '../../handlers/webhooks/bench.ts';
import { bodyOf, done, stage } from './support/stage.ts';

const failed = (message: string) => ({ type: 'failed', error: new Error(message) });
const refuse = (message: string) => () => Promise.reject(new Error(message));

describe('failures of the consumer of the webhooks’ queue', () => {
  it('G1: a crash between wake and delivery: the message comes again, and the delivery goes out', async () => {
    const { store, consumer, deliverer, requests } = await stage();
    await append(store.log, updatesOf(1, 2));
    const dying = deliverer({ deliveries: { ...store.deliveries, claim: refuse('killed') } });
    expect(await consumer(dying)([bodyOf(updateOf(2))])).toEqual([failed('killed')]);
    expect(await consumer()([bodyOf(updateOf(2))])).toEqual([done]);
    expect(seqs(requests)).toEqual([1, 2]);
  });

  it('G1: a crash that leaves the claim behind: the delivery is due when the lease ends', async () => {
    const { store, consumer, deliverer, requests, time } = await stage();
    await append(store.log, updatesOf(1, 2));
    const dying = deliverer({ deliveries: { ...store.deliveries, advance: refuse('killed') } });
    expect(await consumer(dying)([bodyOf(updateOf(1))])).toEqual([failed('killed')]);
    expect(await consumer()([bodyOf(updateOf(1))])).toEqual([done]);
    expect(seqs(requests)).toEqual([1]);
    time.now += 60_000;
    // What the reconciler does.
    const due = await store.deliveries.due(time.now, 10);
    expect(due).toEqual([deliveryKey]);
    expect(await consumer()(due.map(bodyOf))).toEqual([done]);
    expect(seqs(requests)).toEqual([1, 1, 2]);
  });

  it('G1: a message is not done before what it leaves behind has a message of its own', async () => {
    const { store, consumer, endpoint, queue } = await stage();
    await append(store.log, updatesOf(1, 1));
    endpoint.answer = () => status(500);
    queue.send = refuse('the queue is not there');
    expect(await consumer()([bodyOf(updateOf(1))])).toEqual([failed('the queue is not there')]);
  });

  it('each message answers for itself: poison, a tenant whose endpoints cannot be read, and one that goes', async () => {
    const { store, time, consumer, requests } = await stage();
    await append(store.log, updatesOf(1, 1));
    const of: typeof store.endpoints.of = (tenants) =>
      tenants.includes('broken') ? Promise.reject(new Error('unreadable')) : store.endpoints.of(tenants);
    const endpoints = { ...store.endpoints, of };
    const fanOut = createFanOut({ endpoints, deliveries: store.deliveries, clock: () => time.now });
    const bodies = ['what?', bodyOf(updateOf(1, { tenant: 'broken' })), bodyOf(updateOf(1))];
    expect(await consumer(undefined, fanOut)(bodies)).toEqual([
      { type: 'poison', reason: 'The message is no JSON object.' },
      failed('unreadable'),
      done,
    ]);
    expect(seqs(requests)).toEqual([1]);
  });

  it('all messages of a delivery that failed come again, and those of no other', async () => {
    const { store, consumer, deliverer } = await stage();
    await append(store.log, updatesOf(1, 2));
    await append(store.log, [updateOf(1, { id: 'order-2' })]);
    const claim: Deliveries['claim'] = (key, ...rest) =>
      key.id === 'order-1' ? Promise.reject(new Error('killed')) : store.deliveries.claim(key, ...rest);
    const bodies = [updateOf(1), updateOf(1, { id: 'order-2' }), updateOf(2)].map(bodyOf);
    const consume = consumer(deliverer({ deliveries: { ...store.deliveries, claim } }));
    expect(await consume(bodies)).toEqual([failed('killed'), done, failed('killed')]);
  });

  it('G8: endpoints take turns, so that one with much to do delays the others by one request', async () => {
    const begun: string[] = [];
    const items = ['a1', 'a2', 'a3', 'b1', 'c1'];
    await inTurns(
      items,
      ([group = '']) => group,
      1,
      async (item) => void begun.push(item),
    );
    expect(begun).toEqual(['a1', 'b1', 'c1', 'a2', 'a3']);
  });

  it('G8: an endpoint that hangs delays no other', async () => {
    const { store, consumer, endpoint } = await stage();
    await store.endpoints.put(endpointOf({ id: 'ep_2', url: 'https://slow.example.com/' }));
    await append(store.log, updatesOf(1, 1));
    const slow = Promise.withResolvers<void>();
    const answered = Promise.withResolvers<void>();
    endpoint.answer = async ({ url }) => {
      if (url.includes('slow')) await slow.promise;
      else answered.resolve();
      return status(204);
    };
    const consumed = consumer()([bodyOf(updateOf(1))]);
    await answered.promise;
    slow.resolve();
    expect(await consumed).toEqual([done]);
  });
});
