/** Small workflows for the generator of runs: what the states are, and which of them fail in which attempts. */

import fc from 'fast-check';

/** The target of a Catch. */
export interface Handler {
  readonly name: string;
  readonly type: 'Pass' | 'Fail';
}

export interface StepNode {
  readonly kind: 'step';
  readonly name: string;
  readonly type: 'Task' | 'Pass' | 'Wait' | 'Choice';
  /** Failed tries before the one that counts; a Retry makes no new StateEntered. */
  readonly retries: number;
  /** A Task fails in the attempts before this one. */
  readonly failsBefore: number;
  readonly handler: Handler | null;
}

export interface FailNode {
  readonly kind: 'fail';
  readonly name: string;
}

export interface ParallelNode {
  readonly kind: 'parallel';
  readonly name: string;
  readonly branches: readonly Sequence[];
  readonly handler: Handler | null;
}

export interface MapNode {
  readonly kind: 'map';
  readonly name: string;
  readonly iterations: number;
  readonly body: Sequence;
  readonly handler: Handler | null;
}

export type TreeNode = StepNode | FailNode | ParallelNode | MapNode;
export type Sequence = readonly TreeNode[];

const handler: fc.Arbitrary<Handler | null> = fc.option(
  fc.record({ name: fc.constant(''), type: fc.constantFrom('Pass', 'Fail') }),
);

const step: fc.Arbitrary<StepNode> = fc.record({
  kind: fc.constant('step'),
  name: fc.constant(''),
  type: fc.constantFrom('Task', 'Task', 'Pass', 'Wait', 'Choice'),
  retries: fc.constantFrom(0, 0, 1, 2),
  failsBefore: fc.constantFrom(0, 0, 0, 1, 2, 9),
  handler,
});

const failing: fc.Arbitrary<FailNode> = fc.record({ kind: fc.constant('fail'), name: fc.constant('') });

const { sequence } = fc.letrec<{ sequence: Sequence; node: TreeNode; parallel: ParallelNode; map: MapNode }>((tie) => ({
  sequence: fc.array(tie('node'), { minLength: 1, maxLength: 3 }),
  node: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    { arbitrary: step, weight: 6 },
    { arbitrary: tie('parallel'), weight: 2 },
    { arbitrary: tie('map'), weight: 1 },
    { arbitrary: failing, weight: 1 },
  ),
  parallel: fc.record({
    kind: fc.constant('parallel'),
    name: fc.constant(''),
    branches: fc.array(tie('sequence'), { minLength: 1, maxLength: 2 }),
    handler,
  }),
  map: fc.record({
    kind: fc.constant('map'),
    name: fc.constant(''),
    iterations: fc.constantFrom(2, 1, 0, 3),
    body: tie('sequence'),
    handler,
  }),
}));

/** Gives every state its own name (ASL wants them unique over all levels) and drops what no path reaches. */
function nameStates(shape: Sequence): Sequence {
  let count = 0;
  const next = (letter: string): string => `${letter}${++count}`;
  const nameHandler = (given: Handler | null): Handler | null => given && { ...given, name: next('Handle') };
  const nameNode = (node: TreeNode, insideMap: boolean): TreeNode => {
    if (node.kind === 'fail') return { ...node, name: next('Fail') };
    if (node.kind === 'step') {
      return { ...node, name: next(node.type), handler: node.type === 'Task' ? nameHandler(node.handler) : null };
    }
    // A container in a Map runs once per iteration. Were its failure caught there, states that it cut without a record
    // would count as active in the iterations that go on (a limit of S8): those runs have no answer to test against.
    const caught = insideMap ? null : nameHandler(node.handler);
    const name = next(node.kind === 'map' ? 'Map' : 'Parallel');
    return node.kind === 'map'
      ? { ...node, name, handler: caught, body: nameSequence(node.body, true) }
      : { ...node, name, handler: caught, branches: node.branches.map((branch) => nameSequence(branch, insideMap)) };
  };
  const nameSequence = (nodes: Sequence, insideMap: boolean): Sequence => {
    const end = nodes.findIndex((node) => node.kind === 'fail');
    return (end === -1 ? nodes : nodes.slice(0, end + 1)).map((node) => nameNode(node, insideMap));
  };
  return nameSequence(shape, false);
}

/** A workflow of a few states, up to three levels of Parallel and Map. */
export const arbitraryTree: fc.Arbitrary<Sequence> = sequence.map(nameStates);

interface Machine {
  readonly StartAt: string;
  readonly States: { readonly [state: string]: object };
}

function stateOf(node: TreeNode, flow: object): object {
  if (node.kind === 'fail') return { Type: 'Fail', Error: `${node.name}.Error` };
  const caught = node.handler === null ? {} : { Catch: [{ ErrorEquals: ['States.ALL'], Next: node.handler.name }] };
  if (node.kind === 'parallel')
    return { Type: 'Parallel', Branches: node.branches.map(definitionOf), ...caught, ...flow };
  if (node.kind === 'map') return { Type: 'Map', ItemProcessor: definitionOf(node.body), ...caught, ...flow };
  return { Type: node.type, ...caught, ...flow };
}

/** The tree as an ASL definition, as far as the nesting of its states goes. */
export function definitionOf(nodes: Sequence): Machine {
  const states: [string, object][] = [];
  nodes.forEach((node, index) => {
    const following = nodes[index + 1];
    const flow = following === undefined ? { End: true } : { Next: following.name };
    states.push([node.name, stateOf(node, flow)]);
    if (node.kind === 'fail' || node.handler === null) return;
    const { name, type } = node.handler;
    states.push([name, type === 'Fail' ? { Type: 'Fail', Error: `${name}.Error` } : { Type: 'Pass', ...flow }]);
  });
  return { StartAt: nodes[0]?.name ?? '', States: Object.fromEntries(states) };
}
