import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../../core/contract.ts';
import { evaluateExpression } from '../../../embedded/runner/interpreter/data-flow.ts';
import { matchesWildcards } from '../../../embedded/runner/interpreter/wildcards.ts';
import { endIn, storyOf } from './support/emitted.ts';
import { openKit, workflowOf } from './support/kit.ts';

/** Goes to `Hit` where the rule holds, else to `Miss`. */
const choice = (rule: object): object => ({
  StartAt: 'C',
  States: {
    C: { Type: 'Choice', Choices: [{ ...rule, Next: 'Hit' }], Default: 'Miss' },
    Hit: { Type: 'Succeed' },
    Miss: { Type: 'Succeed' },
  },
});
async function chosen(rule: object, input: Json): Promise<string> {
  const items = await openKit([workflowOf(choice(rule))]).run(input);
  const entered = storyOf(items).filter((told) => told.startsWith('SucceedStateEntered'));
  return entered.at(-1)?.split(' ')[1] ?? String(endIn(items).error);
}

describe('StringMatches', () => {
  it.each([
    ['log-*.txt', 'log-1.txt', true],
    ['log-*.txt', 'log-1.txt.gz', false],
    ['*', '', true],
    ['**a**', 'bab', true],
    ['a*b*c', 'aXbXc', true],
    ['a*b*c', 'aXcXb', false],
    ['*aab', 'aaab', true],
    ['a\\*b', 'a*b', true],
    ['a\\*b', 'aXb', false],
    ['a\\\\b', 'a\\b', true],
    ['a?b', 'a?b', true],
    ['a?b', 'aXb', false],
    ['', '', true],
    ['', 'a', false],
    ['*😀*', 'a😀b', true],
  ])('%j and %j: %s (Amazon States Language, "Data test expression")', (pattern, text, matched) => {
    expect(matchesWildcards(text, pattern)).toBe(matched);
  });

  it('matches what a regular expression would', () => {
    const part = fc.string({ unit: fc.constantFrom('a', 'b', '*'), maxLength: 6 });
    fc.assert(
      fc.property(part, fc.string({ unit: fc.constantFrom('a', 'b', '\n'), maxLength: 8 }), (pattern, text) => {
        const regexp = new RegExp(`^${pattern.replaceAll('*', '[^]*')}$`);
        expect(matchesWildcards(text, pattern)).toBe(regexp.test(text));
      }),
    );
  });

  it('comes to an end over a text that a regular expression of stars does not come to an end with', async () => {
    const text = 'a'.repeat(200_000);
    expect(await chosen({ Variable: '$.t', StringMatches: '*a*a*a*a*a*a*b' }, { t: text })).toBe('Miss');
    expect(await chosen({ Variable: '$.t', StringMatches: '*a*a*a*a*a*a*' }, { t: text })).toBe('Hit');
  });

  it.each<[string, object, Json, string]>([
    ['inside And', { And: [{ Variable: '$.t', StringMatches: 'a*' }] }, { t: 'ab' }, 'Hit'],
    ['inside Not', { Not: { Variable: '$.t', StringMatches: 'a*' } }, { t: 'ab' }, 'Miss'],
    [
      'behind a test that fails first',
      {
        And: [
          { Variable: '$.t', IsPresent: true },
          { Variable: '$.t', StringMatches: 'a*' },
        ],
      },
      {},
      'Miss',
    ],
    ['of a place that is not there', { Variable: '$.t', StringMatches: 'a*' }, {}, 'States.Runtime'],
    ['of the context', { Variable: '$$.Execution.Name', StringMatches: '*' }, {}, 'Hit'],
  ])('works %s', async (_, rule, input, expected) => {
    expect(await chosen(rule, input)).toBe(expected);
  });
});

describe('States.ArrayUnique', () => {
  const evaluate = (expression: string, input: Json) => evaluateExpression(expression, input, {});

  it.each<[string, Json, Json]>([
    ['States.ArrayUnique($.x)', { x: [1, '1', 1, null, null] }, [1, '1', null]],
    [
      'States.ArrayUnique($.x)',
      {
        x: [
          { a: 1, b: [2] },
          { b: [2], a: 1 },
          { a: 1, b: [3] },
        ],
      },
      [
        { a: 1, b: [2] },
        { a: 1, b: [3] },
      ],
    ],
    ['States.ArrayUnique($.x)', { x: [] }, []],
    ['States.ArrayLength(States.ArrayUnique($.x))', { x: [1, 1] }, 1],
    ['States.ArrayUnique(States.ArrayUnique(States.Array($.x, $.x)))', { x: [1] }, [[1]]],
    ["States.ArrayUnique(States.Array('States.ArrayUnique', 'a', 'a'))", {}, ['States.ArrayUnique', 'a']],
    ["States.Format('{}', States.ArrayLength(States.ArrayUnique($.x)))", { x: [1, 2, 1] }, '2'],
  ])('%s', async (expression, input, value) => {
    expect(await evaluate(expression, input)).toEqual(value);
  });

  it('refuses what is no list', async () => {
    await expect(evaluate('States.ArrayUnique($.x)', { x: 'a' })).rejects.toThrow(/ArrayUnique/);
  });

  it('works in Parameters and in ResultSelector, each on what it is given', async () => {
    const definition = {
      StartAt: 'T',
      States: {
        T: {
          Type: 'Task',
          Resource: 'x',
          InputPath: '$.in',
          Parameters: { 'given.$': 'States.ArrayUnique($.list)' },
          ResultSelector: { 'told.$': 'States.ArrayUnique($.list)' },
          ResultPath: '$.result',
          End: true,
        },
      },
    };
    const T = (input: Json): Json => ({ list: [...((input as { given: number[] }).given ?? []), 9, 9] });
    const kit = openKit([workflowOf(definition, { T })]);
    await kit.run({ in: { list: [1, 1, 2] } });
    expect(endIn(kit.items).output).toEqual({ in: { list: [1, 1, 2] }, result: { told: [1, 2, 9] } });
  });

  it('takes as long as the list, not its square', async () => {
    const x = Array.from({ length: 25_000 }, (_, index) => ({ a: index }));
    expect(await evaluate('States.ArrayLength(States.ArrayUnique($.x))', { x })).toBe(25_000);
  });
});

describe('data over 256 KiB (Step Functions guide, quotas)', () => {
  const exceeded = { status: 'FAILED', error: 'States.DataLimitExceeded', cause: expect.stringContaining("'S'") };
  const one = (state: object): object => ({ StartAt: 'S', States: { S: { End: true, ...state } } });

  it('ends a loop that doubles its data', async () => {
    const doubling = {
      StartAt: 'S',
      States: { S: { Type: 'Pass', Parameters: { 'a.$': '$', 'b.$': '$' }, Next: 'S' } },
    };
    const kit = openKit([workflowOf(doubling)]);
    await kit.run({});
    expect(endIn(kit.items)).toMatchObject(exceeded);
  });

  it('fails a task whose result is too large, and takes one that just fits', async () => {
    const task = (length: number) => workflowOf(one({ Type: 'Task', Resource: 'x' }), { S: () => 'é'.repeat(length) });
    const large = openKit([task(128 * 1024)]);
    await large.run({});
    expect(endIn(large.items)).toMatchObject(exceeded);
    const fitting = openKit([task(128 * 1024 - 1)]);
    await fitting.run({});
    expect(endIn(fitting.items).status).toBe('SUCCEEDED');
  });

  it('fails a Map as soon as its outputs are too large together', async () => {
    let calls = 0;
    const T = (): Json => {
      calls += 1;
      return 'x'.repeat(100_000);
    };
    const inner = { StartAt: 'T', States: { T: { Type: 'Task', Resource: 'x', End: true } } };
    const map = one({ Type: 'Map', MaxConcurrency: 1, ItemsPath: '$.items', ItemProcessor: inner });
    const kit = openKit([workflowOf(map, { T })]);
    await kit.run({ items: Array.from({ length: 50 }, () => 0) });
    expect(endIn(kit.items)).toMatchObject(exceeded);
    expect(calls).toBe(3);
  });
});
