import fc from 'fast-check';
import { execute, getVariableValues, Kind, parse, validate } from 'graphql';
import { describe, expect, it } from 'vitest';
import type { Update } from '../../../core/contract.ts';
import { compileSelection } from '../../../handlers/graphql/compile-selection.ts';
import { graphqlOf, headOf, logOf, reader, schema, updateOf } from './support.ts';

const most = Number.MAX_SAFE_INTEGER;

/** The compiled text and graphql-js's own, of one document and one update. */
function both(
  query: string,
  variables: Record<string, unknown>,
  update: unknown,
): { compiled: string; executed: string } {
  const document = parse(query);
  expect(validate(schema, document)).toEqual([]);
  const [definition] = document.definitions;
  const root = schema.getSubscriptionType();
  if (definition?.kind !== Kind.OPERATION_DEFINITION || !root) throw new Error('no operation');
  const { coerced = {} } = getVariableValues(schema, definition.variableDefinitions ?? [], variables);
  const fragments = new Map(
    document.definitions.flatMap((part) => (part.kind === Kind.FRAGMENT_DEFINITION ? [[part.name.value, part]] : [])),
  );
  const compiled = compileSelection(root, definition, fragments, coerced);
  if (!compiled) throw new Error('not compiled');
  const executed = execute({ schema, document, rootValue: { statusChanged: update }, variableValues: coerced });
  return { compiled: compiled.render(update, most), executed: JSON.stringify(executed) };
}

const leaves = [
  ...['__typename', 'tenant', 'workflow', 'id', 'epoch', 'seq', 'cursor', 'kind', 'status', 'done', 'state'],
  ...['activeStates', 'output', 'outputOmitted', 'redriveCount', 'startedAt', 'stoppedAt', 'occurredAt', 'recordedAt'],
];
// One alias per field, so that two fields never meet under one name, which validation would refuse.
const field = fc
  .tuple(fc.constantFrom(...leaves), fc.boolean())
  .map(([name, aliased]) => (aliased ? `my_${name}: ${name}` : name));
const directive = fc.constantFrom(
  '',
  '',
  '',
  '@include(if: $yes)',
  '@skip(if: $yes)',
  '@include(if: $no)',
  '@skip(if: false)',
);
const nested = fc.constantFrom(
  'progress { percent message }',
  'progress { message m: message __typename }',
  'error { name cause }',
  'error { __typename n: name }',
  'error { cause @skip(if: $yes) name @include(if: $yes) }',
);
const selections = fc.letrec((tie) => ({
  selection: fc.oneof(
    { weight: 6, arbitrary: fc.tuple(field, directive).map((parts) => parts.join(' ')) },
    { weight: 2, arbitrary: fc.tuple(nested, fc.constant('')).map(([text]) => text) },
    { weight: 1, arbitrary: fc.tuple(directive, tie('set')).map(([how, set]) => `... ${how} ${set}`) },
    { weight: 1, arbitrary: fc.tuple(directive, tie('set')).map(([how, set]) => `... on Update ${how} ${set}`) },
    { weight: 1, arbitrary: directive.map((how) => `...Rest ${how}`) },
    { weight: 1, arbitrary: directive.map((how) => `...More ${how}`) },
  ),
  set: fc.array(tie('selection'), { minLength: 1, maxLength: 5 }).map((all) => `{ ${all.join(' ')} }`),
})).set as fc.Arbitrary<string>;

const text = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.constantFrom('ü', '"\\\n', '\u2028', '\ud800'));
const updates: fc.Arbitrary<Update> = fc
  .record({
    id: text,
    state: fc.option(text),
    activeStates: fc.array(text),
    seq: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
    status: fc.constantFrom('RUNNING', 'SUCCEEDED', 'PENDING_REDRIVE'),
    kind: fc.constantFrom('status', 'state', 'progress'),
    done: fc.boolean(),
    progress: fc.option(
      fc.record({ percent: fc.option(fc.double({ noNaN: true, min: 0, max: 100 })), message: fc.option(text) }),
    ),
    output: fc.jsonValue() as fc.Arbitrary<Update['output']>,
    error: fc.option(fc.record({ name: fc.option(text), cause: fc.option(text) })),
    stoppedAt: fc.option(fc.constant('2026-11-20T09:59:01.301Z')),
  })
  .map((values) => updateOf(values as Partial<Update>));

describe('a compiled selection', () => {
  it('gives byte for byte what execute gives, for any document, variables and update', () => {
    fc.assert(
      fc.property(selections, selections, fc.boolean(), updates, (main, rest, aliased, update) => {
        // Validation wants every fragment and variable used, and no fragment inside itself.
        const query = `
          subscription ($yes: Boolean!, $no: Boolean = false) {
            ${aliased ? 'it: ' : ''}statusChanged(workflow: "orders") {
              ... ${main}
              ... @skip(if: true) { ...Rest ...More id @skip(if: $yes) state @skip(if: $no) }
            }
          }
          fragment Rest on Update ${rest.replaceAll(/\.\.\.(Rest|More)/g, 'seq')}
          fragment More on Update { ...Rest kind @include(if: $yes) progress { percent } }`;
        const { compiled, executed } = both(query, { yes: true }, update);
        expect(compiled).toBe(executed);
      }),
      { numRuns: 400 },
    );
  });

  it('is what a subscription renders with', () => {
    const graphql = graphqlOf(logOf(headOf(null), []));
    const query = 'subscription { statusChanged(workflow: "orders") { seq error { name } } }';
    const prepared = graphql.prepare({ query }, reader);
    if (prepared.type !== 'subscription') throw new Error('refused');
    expect(prepared.plan.selection.render(updateOf({ seq: 3 }), most)).toBe(
      '{"data":{"statusChanged":{"seq":3,"error":null}}}',
    );
  });

  it.each([
    ['a missing value of a type that is never null', { epoch: undefined }],
    ['a null of such a type', { epoch: null }],
    ['a null in a list', { activeStates: [null] }],
    ['something else than a list', { activeStates: 'A' }],
    ['a number that is no Int', { seq: 1.5 }],
    ['a name that is no Status', { status: 'LOST' }],
    ['a date that is none', { recordedAt: 'soon' }],
  ])('leaves %s to execute, so that the errors are in the answer', (_, wrong) => {
    const query = 'subscription { statusChanged(workflow: "orders") { epoch activeStates seq status recordedAt } }';
    const update = { ...updateOf(), ...wrong } as Update;
    expect(() => both(query, {}, update)).toThrow();
    const prepared = graphqlOf(logOf(headOf(null), [])).prepare({ query }, reader);
    if (prepared.type !== 'subscription') throw new Error('refused');
    const { errors, data } = JSON.parse(prepared.plan.selection.render(update, most));
    expect(errors).toHaveLength(1);
    expect(data).toEqual({ statusChanged: null });
  });
});
