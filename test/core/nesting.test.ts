import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nestingOf } from '../../core/nesting.ts';

const task = { Type: 'Task', End: true };

describe('S8: how states nest', () => {
  it('is outermost first, through Branches, ItemProcessor and Iterator', () => {
    const definition = {
      StartAt: 'Pay',
      States: {
        Pay: task,
        Ship: {
          Type: 'Parallel',
          Branches: [
            { StartAt: 'Print', States: { Print: task } },
            {
              StartAt: 'EachLine',
              States: { EachLine: { Type: 'Map', ItemProcessor: { StartAt: 'Pack', States: { Pack: task } } } },
            },
            {
              StartAt: 'EachBox',
              States: { EachBox: { Type: 'Map', Iterator: { StartAt: 'Weigh', States: { Weigh: task } } } },
            },
          ],
        },
      },
    };
    expect(nestingOf(definition)).toEqual({
      Pay: [],
      Ship: [],
      Print: ['Ship'],
      EachLine: ['Ship'],
      Pack: ['Ship', 'EachLine'],
      EachBox: ['Ship'],
      Weigh: ['Ship', 'EachBox'],
    });
  });

  it.each([undefined, null, 'text', [], {}, { States: [] }, { States: null }])(
    'is null for what is no definition: %j',
    (input) => expect(nestingOf(input)).toBeNull(),
  );

  it('takes broken parts as empty', () => {
    expect(nestingOf({ States: { A: null, B: { Branches: [null, 7, {}] }, C: { Branches: {} } } })).toEqual({
      A: [],
      B: [],
      C: [],
    });
  });

  it('does not overflow on a definition of any depth', () => {
    let machine: object = { States: { Innermost: task } };
    for (let depth = 0; depth < 3_000; depth++) machine = { States: { [`P${depth}`]: { Branches: [machine] } } };
    expect(nestingOf(machine)?.Innermost).toHaveLength(3_000);
  });

  it('never throws', () => {
    const check = (input: unknown): void => {
      const nesting = nestingOf(input);
      for (const around of Object.values(nesting ?? {})) expect(around).toBeInstanceOf(Array);
      expect(nestingOf({ States: { Outermost: { Branches: input, Iterator: input } } })?.Outermost).toEqual([]);
    };
    fc.assert(fc.property(fc.anything(), check));
    fc.assert(fc.property(fc.dictionary(fc.constantFrom('States', 'Branches', 'Iterator'), fc.anything()), check));
  });
});
