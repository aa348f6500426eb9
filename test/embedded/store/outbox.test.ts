import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OnCommitted } from '../../../core/ports.ts';
import { openStore, type Store } from '../../../embedded/store/index.ts';
import type { Timer } from '../../../embedded/store/timer.ts';
import { recordingListener, shortly } from '../../ports/opened.ts';
import { epochOf, makeChange } from '../../support/make-update.ts';

/** Timers that fire when the test says so. */
function handTimer() {
  const waiting = new Map<symbol, { readonly ms: number; readonly run: () => void }>();
  const timer: Timer = (ms, run) => {
    const id = Symbol();
    waiting.set(id, { ms, run });
    return () => waiting.delete(id);
  };
  const fire = (): number[] => {
    const due = [...waiting.values()];
    waiting.clear();
    for (const { run } of due) run();
    return due.map(({ ms }) => ms);
  };
  return { timer, fire, pending: () => [...waiting.values()].map(({ ms }) => ms) };
}

let hand: ReturnType<typeof handTimer>;
let store: Store;
let reported: unknown[];
beforeEach(() => {
  hand = handTimer();
  reported = [];
  store = openStore({ file: ':memory:', timer: hand.timer, report: (error) => reported.push(error) });
});
afterEach(() => store.close());

const mark = () => store.writer.write((db) => db.prepare('SELECT mark FROM outbox').get()?.mark);
const stored = () => store.writer.write((db) => db.prepare('SELECT epoch, seq FROM updates ORDER BY n').all());
const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('outbox', () => {
  it('the mark needs no COMMIT of its own: it rides in the next one', async () => {
    const { listener, until } = recordingListener();
    await store.start(listener);
    for (let n = 0; n < 10; n++) {
      await store.log.commit([makeChange({ id: `x${n}` })]);
      await until(n + 1);
    }
    expect(store.writer.stats.commits).toBe(10);
  });

  it('after a short idle time the mark gets a COMMIT, once', async () => {
    const { listener, until } = recordingListener();
    await store.start(listener);
    await store.log.commit([makeChange()]);
    await until(1);
    await turn();
    expect(hand.fire()).toEqual([250]);
    await turn();
    expect(store.writer.stats.commits).toBe(2);
    expect(await mark()).toBe(1);
    expect(hand.pending()).toEqual([]);
  });

  it('a listener that rejects is called again after 100 ms, doubling up to 10 s, each time reported', async () => {
    const { listener, until } = recordingListener();
    let failing = 10;
    const call: OnCommitted = async (updates) => {
      failing -= 1;
      if (failing >= 0) throw new Error(`still ${failing}`);
      return listener(updates);
    };
    await store.start(call);
    await store.log.commit([makeChange()]);
    const waits: number[] = [];
    while (failing >= 0) {
      await turn();
      waits.push(...hand.fire());
    }
    await until(1);
    expect(waits.filter((ms) => ms !== 250)).toEqual([100, 200, 400, 800, 1600, 3200, 6400, 10_000, 10_000, 10_000]);
    expect(reported).toHaveLength(10);
  });

  it('a listener that throws at once is treated alike', async () => {
    const { listener, told, until } = recordingListener();
    let first = true;
    await store.start((updates) => {
      if (first) {
        first = false;
        throw new Error('at once');
      }
      return listener(updates);
    });
    await store.log.commit([makeChange()]);
    await turn();
    hand.fire();
    await until(1);
    expect(shortly(told())).toEqual(['order-1#1']);
  });

  it('keeps 10,000 updates for a slow listener in memory and reads the rest back, losing and repeating none', async () => {
    const { listener, told, until } = recordingListener();
    const gate = Promise.withResolvers<void>();
    await store.start(async (updates) => {
      await gate.promise;
      return listener(updates);
    });
    const changes = Array.from({ length: 150 }, (_, n) => makeChange({ id: `${Math.floor(n / 50)}-${n}`, count: 99 }));
    for (const round of [0, 50, 100]) await store.log.commit(changes.slice(round, round + 50));
    gate.resolve();
    await until(14_850);
    await store.log.commit([makeChange({ id: 'last' })]);
    await until(14_851);
    const committed = new Set(changes.flatMap(({ updates }) => updates));
    // One call under way besides; what is read back are other objects.
    expect(told().filter((update) => committed.has(update)).length).toBeLessThanOrEqual(11_000);
    const names = shortly(told());
    expect(new Set(names).size).toBe(14_851);
    expect(names.at(-1)).toBe('last#1');
    const rounds = names.slice(0, -1).map((name) => Number(name[0]));
    expect(rounds).toEqual([...rounds].sort());
  });

  it('G3: what is committed while a long past is told waits behind it', async () => {
    const past = Array.from({ length: 15 }, (_, n) => makeChange({ id: `x${n}`, count: 99 }));
    await store.log.commit(past);
    const { listener, told } = recordingListener();
    let first = true;
    await store.start(async (updates) => {
      if (first) await store.log.commit([makeChange({ id: 'new' })]);
      first = false;
      return listener(updates);
    });
    expect(shortly(told())).toEqual([...past.flatMap(({ updates }) => shortly(updates)), 'new#1']);
  });

  it('S2: a replaced log is removed once its updates were answered, not before', async () => {
    const first = makeChange({ count: 2 });
    const second = makeChange({ before: first.head, update: { epoch: epochOf(2) } });
    await store.log.commit([first]);
    await store.log.commit([second]);
    expect(await stored()).toHaveLength(3);
    await store.start(async () => {});
    await turn();
    hand.fire();
    await turn();
    expect(await stored()).toEqual([{ epoch: epochOf(2), seq: 1 }]);
  });

  it('S4: a forgotten log is removed, even when its last update was answered long ago', async () => {
    const { listener, until } = recordingListener();
    await store.start(listener);
    const first = makeChange({ count: 2 });
    await store.log.commit([first, makeChange({ id: 'other' })]);
    await until(3);
    await mark();
    await store.log.commit([makeChange({ before: first.head, count: 0, head: { last: null, goneUntil: 9 } })]);
    hand.fire();
    await turn();
    expect(await stored()).toEqual([{ epoch: epochOf(1), seq: 1 }]);
  });

  it('start resolves only when what was left is answered', async () => {
    await store.log.commit([makeChange({ count: 2 })]);
    const gate = Promise.withResolvers<void>();
    let started = false;
    const starting = store
      .start(() => gate.promise)
      .then(() => {
        started = true;
      });
    await turn();
    expect(started).toBe(false);
    gate.resolve();
    await starting;
  });

  it('close waits for the call under way, which may still write, but not for ever', async () => {
    const order: string[] = [];
    await store.start(async () => {
      await turn();
      await store.bindings.bind('orders', 'arn:1');
      order.push('answered');
    });
    await store.log.commit([makeChange()]);
    await store.close();
    order.push('closed');
    expect(order).toEqual(['answered', 'closed']);

    const stuck = openStore({ file: ':memory:', timer: hand.timer });
    const called = Promise.withResolvers<void>();
    await stuck.start(() => {
      called.resolve();
      return new Promise(() => {});
    });
    await stuck.log.commit([makeChange()]);
    await called.promise;
    const closing = stuck.close();
    expect(hand.pending()).toEqual([5000]);
    hand.fire();
    await closing;
  });

  it('close ends the waiting after a rejection, and nobody is called afterwards', async () => {
    let calls = 0;
    await store.start(async () => {
      calls += 1;
      throw new Error('no');
    });
    await store.log.commit([makeChange()]);
    await turn();
    await store.close();
    hand.fire();
    await turn();
    expect(calls).toBe(1);
  });
});
