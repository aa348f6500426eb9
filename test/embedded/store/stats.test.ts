import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStore, type Store } from '../../../embedded/store/index.ts';
import { makeChange } from '../../support/make-update.ts';

let store: Store;
let groups: number[];
beforeEach(() => {
  groups = [];
  store = openStore({ file: ':memory:', onGroup: (works) => groups.push(works) });
});
afterEach(() => store.close());

const key = (id: string) => ({ endpointId: 'ep_1', tenant: 'default', workflow: 'orders', id });

describe('what waits in the store', () => {
  it('of the outbox: what the listener has not answered, and since when', async () => {
    const gate = Promise.withResolvers<void>();
    const called = Promise.withResolvers<void>();
    await store.start(() => {
      called.resolve();
      return gate.promise;
    });
    expect(store.stats().outbox).toEqual({ behind: 0, oldestAt: null });
    await store.log.commit([makeChange({ id: 'a' }), makeChange({ id: 'b' })]);
    await called.promise;
    await store.log.commit([makeChange({ id: 'c' })]);
    const recordedAt = Date.parse('2026-11-20T10:00:00.100Z');
    expect(store.stats().outbox).toEqual({ behind: 3, oldestAt: recordedAt });
    gate.resolve();
    while (store.stats().outbox.behind > 0) await new Promise((resolve) => setImmediate(resolve));
    expect(store.stats().outbox.oldestAt).toBeNull();
  });

  it('of deliveries: since the first failure, else since due; nothing once they have caught up', async () => {
    const { deliveries } = store;
    expect(store.stats().deliveries).toEqual({ waiting: 0, oldestAt: null });
    await deliveries.wake([key('a'), key('b')], 5_000);
    expect(store.stats().deliveries).toEqual({ waiting: 2, oldestAt: 5_000 });
    const claim = await deliveries.claim(key('a'), 6_000, 9_000);
    if (!claim) throw new Error('not claimed');
    await deliveries.release(claim, { ...claim.delivery, failures: 1, failingSince: 4_000, dueAt: 900_000 });
    expect(store.stats().deliveries).toEqual({ waiting: 2, oldestAt: 4_000 });
    const again = await deliveries.claim(key('a'), 900_000, 910_000);
    if (!again) throw new Error('not claimed');
    await deliveries.release(again, { ...again.delivery, failures: 0, failingSince: null, dueAt: null });
    expect(store.stats().deliveries).toEqual({ waiting: 1, oldestAt: 5_000 });
  });

  it('of heads to be looked at, and of dead letters', async () => {
    const [early, late] = [makeChange({ id: 'a' }), makeChange({ id: 'b' })];
    await store.log.commit([
      { ...early, head: { ...early.head, dueAt: 100 } },
      { ...late, head: { ...late.head, dueAt: 200 } },
    ]);
    await store.deadLetters.add([{ id: 'l', at: 0, reason: 'x', source: 'events', key: null, body: 'null' }]);
    expect(store.stats()).toMatchObject({ due: { heads: 2, earliestAt: 100 }, deadLetters: 1 });
  });

  it('each group transaction is told with its works', async () => {
    await Promise.all([1, 2, 3].map((n) => store.writer.write(() => n)));
    await store.writer.write(() => 4);
    expect(groups).toEqual([3, 1]);
  });
});
