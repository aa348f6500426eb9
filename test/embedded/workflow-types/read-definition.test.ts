import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readDefinition } from '../../../embedded/workflow-types/read-definition.ts';
import { shop } from '../../client-sdk/types/definition.ts';

const machine = (States: object, more: object = {}) => JSON.stringify({ StartAt: 'A', States, ...more });
const problemsOf = (text: string): readonly string[] => {
  const read = readDefinition(text);
  return read.type === 'wrong' ? read.problems : [];
};
const end = { Type: 'Pass', End: true };

it('names of all levels, what follows, where it ends, and which errors are named', () => {
  const read = readDefinition(JSON.stringify(shop));
  if (read.type !== 'definition') throw new Error(read.problems.join('\n'));
  const { comment, states, terminal, errors } = read.facts;
  expect(comment).toBe('Sells something.');
  expect(states.find(({ name }) => name === 'Charge')).toEqual({
    ...{ name: 'Charge', comment: 'Charges the card.', next: ['Receipt'] },
  });
  expect(states.map(({ name }) => name)).toEqual([
    ...['Validate', 'Fork', 'Charge', 'Receipt', 'Reserve', 'Each', 'Pack', 'Old', 'Ship'],
    ...['All "there"? It\'s done', 'Done', 'Rejected'],
  ]);
  expect({ terminal, errors }).toEqual({
    terminal: ['Done', 'Rejected'],
    errors: ['BasketEmpty', 'Rejected', 'States.Timeout'],
  });
});

it('the JSON file of the type tests is their `as const` definition', () => {
  const file = readFileSync(new URL('../../client-sdk/types/shop.asl.json', import.meta.url), 'utf8');
  expect(JSON.parse(file)).toEqual(shop);
});

it('JSONata definitions too, which the local runner refuses; an expression is no error name', () => {
  const Choice = { Type: 'Choice', Choices: [{ Condition: '{% $x %}', Next: 'B' }], Default: 'B' };
  const text = machine({ A: Choice, B: { Type: 'Fail', Error: '{% $e %}' } }, { QueryLanguage: 'JSONata' });
  expect(readDefinition(text)).toMatchObject({ facts: { errors: [], terminal: ['B'] } });
});

it.each([
  ['not JSON', '{\n"StartAt": "A",\n"States": {},\n"Comment": oops }', 'line 4: is not JSON: Unexpected token'],
  ['cut off', '{\n"StartAt": "A"', '(line 2 column 15)'],
  ['nothing of the kind', '[]', 'no state machine: it has no States'],
  ['a start that is not there', '{"StartAt":"B","States":{}}', 'StartAt: there is no state "B" beside it'],
  ['no start', JSON.stringify({ States: { A: end } }), 'StartAt: no name of a state'],
  ['a state that is none', machine({ A: 1 }), 'States.A: no state: it is no object'],
  ['an unknown type', machine({ A: { ...end, Type: 'Tusk' } }), 'States.A.Type: there is no type "Tusk"'],
  ['a lost Next', machine({ A: { Type: 'Pass', Next: 'x y' } }), 'States.A.Next: there is no state "x y" beside it'],
  ['nothing after it', machine({ A: end, 'B c': { Type: 'Task' } }), 'States["B c"]: it has neither Next nor End'],
  ['both', machine({ A: { ...end, Next: 'A' } }), 'States.A: it both goes on and ends'],
  [
    'a lost choice',
    machine({ A: { Type: 'Choice', Choices: [{ Next: 'A' }, { Next: 'Z' }] } }),
    'States.A.Choices[1].Next: there is no state "Z" beside it',
  ],
  [
    'a lost Catch',
    machine({ A: { ...end, Catch: [{ ErrorEquals: ['E'], Next: 'Z' }] } }),
    'States.A.Catch[0].Next: there is no state "Z" beside it',
  ],
  [
    'out of a branch',
    machine({
      A: { ...end, Type: 'Map', ItemProcessor: { StartAt: 'B', States: { B: { Type: 'Pass', Next: 'A' } } } },
    }),
    'States.A.ItemProcessor.States.B.Next: there is no state "A" beside it',
  ],
  [
    'a name twice',
    machine({ A: { ...end, Type: 'Parallel', Branches: [{ StartAt: 'A', States: { A: end } }] } }),
    'States.A.Branches[0].States.A: the name is taken by States.A; names are unique over all levels',
  ],
  ['branches that are none', machine({ A: { ...end, Branches: {} } }), 'States.A.Branches: no list'],
])('%s: says what and where', (_, text, problem) => {
  expect(problemsOf(text).join('\n')).toContain(problem);
});

it('all problems at once, each with its place', () => {
  expect(problemsOf(machine({ A: { Type: 'Pass', Next: 'Z' }, B: { Type: 'Task' } }))).toHaveLength(2);
});

it('never throws, whatever it is given', () => {
  const keys = fc.constantFrom('StartAt', 'States', 'A', 'Next', 'Branches', 'Iterator', 'Catch', 'Choices', 'Type');
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { maxDepth: 5, depthSize: 'small' },
      fc.constantFrom<unknown>('A', null, 1, true, [], {}),
      fc.dictionary(keys, tie('tree')),
      fc.array(tie('tree'), { maxLength: 3 }),
    ),
  }));
  fc.assert(fc.property(tree, (value) => void readDefinition(JSON.stringify(value))));
  fc.assert(fc.property(fc.string(), (text) => void readDefinition(text)));
});
