import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createKeptBytes, type Kept } from '../../../embedded/subscriptions/kept-bytes.ts';
import type { Account } from '../../../handlers/admission/account.ts';
import type { Selection } from '../../../handlers/graphql/selections.ts';

const selectionOf = (key: string, bytes: number): Selection => ({ key, bytes, render: () => '' });
const account = (caller: string, tenant: string): Account => ({ caller, pool: null, tenant });
const limits = { keptBytesPerKey: 100, keptBytesPerTenant: 150, keptBytes: 200 };

describe('G8: the bytes that subscriptions take', () => {
  it('are bounded per caller, per tenant and in all', () => {
    const kept = createKeptBytes(limits);
    const own = (bytes: number): Kept => ({ bytes, selection: null });
    expect(kept.take(account('a', 't'), own(100))).toBe(true);
    expect(kept.take(account('a', 't'), own(1))).toBe(false);
    expect(kept.take(account('b', 't'), own(50))).toBe(true);
    expect(kept.take(account('c', 't'), own(1))).toBe(false);
    expect(kept.take(account('d', 'u'), own(50))).toBe(true);
    expect(kept.take(account('e', 'v'), own(1))).toBe(false);
    kept.give(account('a', 't'), own(100));
    expect(kept.take(account('e', 'v'), own(100))).toBe(true);
    expect(kept.bytes()).toBe(200);
  });

  it('count what is shared once for each of them, as long as one of theirs holds it', () => {
    const kept = createKeptBytes(limits);
    const selection = selectionOf('s', 60);
    const one = { bytes: 10, selection };
    expect(kept.take(account('a', 't'), one)).toBe(true);
    expect(kept.take(account('a', 't'), one)).toBe(true);
    expect(kept.take(account('b', 't'), one)).toBe(true);
    expect(kept.bytes()).toBe(90);
    kept.give(account('a', 't'), one);
    kept.give(account('b', 't'), one);
    expect(kept.bytes()).toBe(70);
    kept.give(account('a', 't'), one);
    expect(kept.bytes()).toBe(0);
  });

  it('are those of a naive count, whoever comes and goes', () => {
    const selections = [selectionOf('s', 30), selectionOf('t', 45), null];
    const accounts = ['a', 'b', 'c'].flatMap((caller) => ['t', 'u'].map((tenant) => account(caller + tenant, tenant)));
    const step = fc.record({
      of: fc.nat(accounts.length - 1),
      bytes: fc.nat(40),
      selection: fc.nat(selections.length - 1),
      leave: fc.option(fc.nat(9)),
    });
    const sumOf = (all: readonly (readonly [Account, Kept])[]): number => {
      const shared = new Set(all.flatMap(([, { selection }]) => selection ?? []));
      return (
        all.reduce((sum, [, { bytes }]) => sum + bytes, 0) + [...shared].reduce((sum, { bytes }) => sum + bytes, 0)
      );
    };
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const kept = createKeptBytes(limits);
        const present: (readonly [Account, Kept])[] = [];
        for (const { of, bytes, selection, leave } of steps) {
          const [gone] = leave === null ? [] : present.splice(leave, 1);
          if (gone) kept.give(...gone);
          const owner = accounts[of] ?? account('a', 't');
          const coming = [owner, { bytes, selection: selections[selection] ?? null }] as const;
          const then = [...present, coming];
          const fits =
            sumOf(then) <= limits.keptBytes &&
            sumOf(then.filter(([{ tenant }]) => tenant === owner.tenant)) <= limits.keptBytesPerTenant &&
            sumOf(then.filter(([{ caller }]) => caller === owner.caller)) <= limits.keptBytesPerKey;
          expect(kept.take(...coming)).toBe(fits);
          if (fits) present.push(coming);
          expect(kept.bytes()).toBe(sumOf(present));
        }
      }),
    );
  });
});
