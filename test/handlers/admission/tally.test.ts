import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Account } from '../../../handlers/admission/account.ts';
import { createTally } from '../../../handlers/admission/tally.ts';

const accounts: readonly Account[] = [
  { caller: 'k1', pool: null, tenant: 't1' },
  { caller: 'a', pool: 'p1', tenant: 't1' },
  { caller: 'b', pool: 'p1', tenant: 't1' },
  { caller: 'c', pool: 'p2', tenant: 't2' },
  { caller: 'address', pool: null, tenant: null },
];

describe('G8: what each may have at a time', () => {
  it('takes exactly while no bound is passed, at any level, and forgets what was given back', () => {
    const bounds = { caller: 5, pool: 7, tenant: 9, all: 12 };
    const step = fc.record({ account: fc.constantFrom(...accounts), amount: fc.integer({ min: 1, max: 4 }) });
    fc.assert(
      fc.property(fc.array(fc.oneof(step, fc.nat(30)), { maxLength: 80 }), (steps) => {
        const tally = createTally(bounds);
        const held: { readonly account: Account; readonly amount: number }[] = [];
        const sum = (of: (account: Account) => boolean): number =>
          held.filter(({ account }) => of(account)).reduce((total, { amount }) => total + amount, 0);
        for (const one of steps) {
          if (typeof one === 'number') {
            const [back] = held.splice(one % Math.max(1, held.length), 1);
            if (back) tally.give(back.account, back.amount);
            continue;
          }
          const { caller, pool, tenant } = one.account;
          const fits =
            sum((of) => of.caller === caller) + one.amount <= bounds.caller &&
            (pool === null || sum((of) => of.pool === pool) + one.amount <= bounds.pool) &&
            (tenant === null || sum((of) => of.tenant === tenant) + one.amount <= bounds.tenant) &&
            sum(() => true) + one.amount <= bounds.all;
          expect(tally.hasRoom(one.account, one.amount)).toBe(fits);
          expect(tally.take(one.account, one.amount)).toBe(fits);
          if (fits) held.push(one);
          expect(tally.total()).toBe(sum(() => true));
        }
      }),
    );
  });

  it('a bound that is left out is none', () => {
    const tally = createTally({ caller: 1 });
    for (const caller of ['a', 'b', 'c']) expect(tally.take({ caller, pool: 'p', tenant: 't' })).toBe(true);
    expect(tally.take({ caller: 'a', pool: 'q', tenant: 'u' })).toBe(false);
  });
});
