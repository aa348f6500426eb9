import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Update } from '../../core/contract.ts';
import type { Head } from '../../core/head.ts';
import { epochOf, makeChange } from '../support/make-update.ts';
import { type DurablePorts, recordingListener, shortly } from './opened.ts';

/** What `onCommitted` is promised: at least once, in order, again after a crash (S33, G1, G3). */
export function onCommittedSuite(name: string, openPorts: () => Promise<DurablePorts>): void {
  describe(`OnCommitted on ${name}`, () => {
    let opened: DurablePorts[];
    let ports: DurablePorts;
    beforeEach(async () => {
      ports = await openPorts();
      opened = [ports];
    });
    afterEach(async () => {
      for (const each of opened) await each.close();
    });
    async function crash(): Promise<DurablePorts> {
      const next = await ports.crash();
      opened.push(next);
      return next;
    }

    async function append(id: string, before: Head | null, count: number): Promise<Head> {
      const change = makeChange({ id, before, count });
      expect(await ports.log.commit([change])).toEqual(['ok']);
      return change.head;
    }

    it('S33: hears every update once, in the order of commit, and no conflict', async () => {
      const { listener, told, until } = recordingListener();
      await ports.start(listener);
      let head: Head | null = null;
      for (let n = 0; n < 5; n++) head = await append('a', head, 2);
      const mixed = [makeChange({ id: 'b', count: 2 }), makeChange({ id: 'a' }), makeChange({ id: 'c' })];
      expect(await ports.log.commit(mixed)).toEqual(['ok', 'conflict', 'ok']);
      await until(13);
      const ofA = Array.from({ length: 10 }, (_, n) => `a#${n + 1}`);
      // In one call of `commit` every change is on its own, so only each execution's order is promised.
      expect(shortly(told()).slice(0, 10)).toEqual(ofA);
      expect(inOrderOf(['b', 'c'], told().slice(10))).toEqual(['b#1', 'b#2', 'c#1']);
      expect(told().find(({ id }) => id === 'b')).toEqual(mixed[0]?.updates[0]);
    });

    it('S33: what is committed while a call is under way is told in one call', async () => {
      const { listener, calls, until } = recordingListener();
      const answers: (() => void)[] = [];
      const called = Promise.withResolvers<void>();
      await ports.start(async (updates) => {
        await listener(updates);
        called.resolve();
        if (calls.length === 1) await new Promise<void>((answer) => void answers.push(answer));
      });
      await append('first', null, 1);
      await called.promise;
      await ports.log.commit(Array.from({ length: 50 }, (_, n) => makeChange({ id: `x${n}`, count: 2 })));
      for (const answer of answers) answer();
      await until(101);
      expect(calls.map((call) => call.length)).toEqual([1, 100]);
    });

    it('S33: calls never overlap, gather what has come meanwhile, and hold no commit up', async () => {
      const calls: { readonly updates: readonly Update[]; readonly answer: () => void }[] = [];
      const called: (() => void)[] = [];
      const nextCall = () => new Promise<void>((resolve) => called.push(resolve));
      const first = nextCall();
      await ports.start(
        (updates) =>
          new Promise((answer) => {
            calls.push({ updates, answer });
            called.shift()?.();
          }),
      );
      let head = await append('a', null, 1);
      await first;
      for (let n = 0; n < 5; n++) head = await append('a', head, 1);
      expect(calls).toHaveLength(1);
      const second = nextCall();
      calls[0]?.answer();
      await second;
      expect(calls.map(({ updates }) => shortly(updates))).toEqual([['a#1'], ['a#2', 'a#3', 'a#4', 'a#5', 'a#6']]);
      calls[1]?.answer();
    });

    it('S33: tells at most 1,000 updates in a call, losing none', async () => {
      const { listener, calls, told, until } = recordingListener();
      await ports.start(listener);
      await ports.log.commit(Array.from({ length: 30 }, (_, n) => makeChange({ id: `x${n}`, count: 80 })));
      await until(2400);
      expect(Math.max(...calls.map((call) => call.length))).toBeLessThanOrEqual(1000);
      const expected = Array.from({ length: 30 }, (_, n) => Array.from({ length: 80 }, (_, s) => `x${n}#${s + 1}`));
      const ids = Array.from({ length: 30 }, (_, n) => `x${n}`);
      expect(inOrderOf(ids, told())).toEqual(expected.flat());
    });

    it('G1: a call that rejects is repeated with the same updates first, in order', async () => {
      const heard: (readonly string[])[] = [];
      const done = Promise.withResolvers<void>();
      await ports.start(async (updates) => {
        heard.push(shortly(updates));
        if (heard.length <= 3) throw new Error('not now');
        if (heard.flat().includes('a#4')) done.resolve();
      });
      const head = await append('a', null, 2);
      await append('a', head, 2);
      await done.promise;
      expect(heard.slice(0, 4)).toEqual(Array.from({ length: 4 }, () => heard[0]));
      const accepted = heard.slice(3).flat();
      expect(accepted).toEqual(['a#1', 'a#2', 'a#3', 'a#4']);
    });

    it('G1: what was committed before there was a listener is told at the start', async () => {
      await append('a', null, 3);
      const { listener, told } = recordingListener();
      await ports.start(listener);
      expect(shortly(told())).toEqual(['a#1', 'a#2', 'a#3']);
    });

    it('G1: after a crash everything not answered is told again, in order, before anything new', async () => {
      const called = Promise.withResolvers<void>();
      await ports.start(() => {
        called.resolve();
        return new Promise(() => {});
      });
      const head = await append('a', null, 2);
      await called.promise;
      await append('b', null, 1);
      await append('a', head, 1);

      const survivor = await crash();
      const { listener, told, until } = recordingListener();
      await Promise.all([survivor.start(listener), survivor.log.commit([makeChange({ id: 'new' })])]);
      await until(5);
      expect(shortly(told())).toEqual(['a#1', 'a#2', 'b#1', 'a#3', 'new#1']);
    });

    it('S33: an answered call is not repeated after a crash once a later commit is stored', async () => {
      const { listener, until } = recordingListener();
      await ports.start(listener);
      const head = await append('a', null, 2);
      await until(2);
      await append('a', head, 1);
      const survivor = await crash();
      const after = recordingListener();
      await survivor.start(after.listener);
      expect(shortly(after.told())).toEqual(['a#3']);
    });

    it('G1: a log that a new run replaced is told to its end, though nobody can read it any more', async () => {
      const first = makeChange({ id: 'a', count: 3 });
      const second = makeChange({ before: first.head, update: { epoch: epochOf(2) } });
      await ports.log.commit([first]);
      await ports.log.commit([second]);
      const survivor = await crash();
      const third = makeChange({ id: 'b' });
      await survivor.log.commit([third]);
      const { listener, told } = recordingListener();
      await survivor.start(listener);
      expect(told()).toEqual([first, second, third].flatMap(({ updates }) => updates));
    });

    it('S33: takes one listener only', async () => {
      await ports.start(async () => {});
      await expect(ports.start(async () => {})).rejects.toThrow('listener');
    });
  });
}

/** What was told of each execution, in the order in which it was told. */
function inOrderOf(ids: readonly string[], told: readonly Update[]): readonly string[] {
  return ids.flatMap((id) => shortly(told.filter((update) => update.id === id)));
}
