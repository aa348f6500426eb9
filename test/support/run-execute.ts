/**
 * Executes a tree as Step Functions does and tells it as history events. Every branch is a generator that pauses after
 * each event, so that a container can let its branches take turns in any order.
 */

import type { Handler, MapNode, ParallelNode, Sequence, StepNode, TreeNode } from './run-tree.ts';

/** One history event before it has an id and a time. */
export interface Signal {
  readonly type: string;
  readonly details: { readonly [key: string]: unknown };
  readonly previousId: number;
}

export interface Failure {
  readonly error: string;
  readonly cause: string;
}

interface ActiveState {
  readonly name: string;
  readonly type: string;
}

/** Everything active inside one container, nested states included; the outermost scope is the execution's. */
type Scope = ActiveState[];

/** What an attempt shares among its branches. */
export interface World {
  /** A whole number from 0 to below `n`. */
  readonly pick: (n: number) => number;
  readonly attempt: number;
  readonly root: Scope;
  /** The state entered last. */
  entered: string | null;
  /** The next Task runs again without a new StateEntered, as a redrive may do. */
  skipEntry: boolean;
  /** States of a container that was left by its Catch stayed without an exit. */
  leftBehind: boolean;
}

/** The chain of events that one branch makes. */
interface Strand {
  readonly scopes: readonly Scope[];
  last: number;
}

type Steps<Answer> = Generator<Signal, Answer, number>;

function* emit(strand: Strand, type: string, details: Signal['details'] = {}): Steps<void> {
  strand.last = yield { type, details, previousId: strand.last };
}

function* enter(world: World, strand: Strand, state: ActiveState): Steps<void> {
  // Fail is over in the moment it is entered.
  if (state.type !== 'Fail') for (const scope of strand.scopes) scope.push(state);
  if (world.skipEntry) {
    world.skipEntry = false;
    return;
  }
  world.entered = state.name;
  yield* emit(strand, `${state.type}StateEntered`, {
    name: state.name,
    input: '{}',
    inputDetails: { truncated: false },
  });
}

function take(scopes: readonly Scope[], state: ActiveState): void {
  for (const scope of scopes) {
    const at = scope.indexOf(state);
    if (at !== -1) scope.splice(at, 1);
  }
}

function* leave(strand: Strand, state: ActiveState): Steps<void> {
  take(strand.scopes, state);
  yield* emit(strand, `${state.type}StateExited`, {
    name: state.name,
    output: '{}',
    outputDetails: { truncated: false },
  });
}

function* runHandler(world: World, strand: Strand, handler: Handler): Steps<Failure | null> {
  const state = { name: handler.name, type: handler.type };
  yield* enter(world, strand, state);
  if (handler.type === 'Fail') return { error: `${handler.name}.Error`, cause: `${handler.name} ended it` };
  yield* leave(strand, state);
  return null;
}

function* runStep(world: World, strand: Strand, node: StepNode): Steps<Failure | null> {
  const state = { name: node.name, type: node.type };
  yield* enter(world, strand, state);
  if (node.type !== 'Task') {
    yield* leave(strand, state);
    return null;
  }
  const failure = { error: `${node.name}.Error`, cause: `${node.name} went wrong` };
  for (let tries = 0; tries < node.retries; tries++) {
    yield* emit(strand, 'TaskScheduled', { resource: 'invoke', resourceType: 'lambda' });
    yield* emit(strand, 'TaskFailed', { ...failure });
  }
  yield* emit(strand, 'TaskScheduled', { resource: 'invoke', resourceType: 'lambda' });
  yield* emit(strand, 'TaskStarted');
  if (world.attempt >= node.failsBefore) {
    yield* emit(strand, 'TaskSucceeded', { output: '{}' });
    yield* leave(strand, state);
    return null;
  }
  yield* emit(strand, 'TaskFailed', { ...failure });
  if (node.handler === null) return failure;
  yield* leave(strand, state);
  return yield* runHandler(world, strand, node.handler);
}

/**
 * Ends what a failed container or a stopped execution had under way: without a word, by `*StateAborted` records with the
 * names (as the local runner does), or by records without (the API model gives them no details).
 */
export function* cut(world: World, inside: Scope, outer: readonly Scope[], strand: { last: number }): Steps<void> {
  const manner = world.pick(3);
  if (manner === 0) return;
  for (const state of inside.toReversed()) {
    if (manner === 1) take([inside, ...outer], state);
    const details = manner === 1 ? { name: state.name } : {};
    yield* emit({ ...strand, scopes: [] }, `${state.type}StateAborted`, details);
  }
}

function* runIteration(world: World, strand: Strand, node: MapNode, index: number): Steps<Failure | null> {
  yield* emit(strand, 'MapIterationStarted', { name: node.name, index });
  const failure = yield* runSequence(world, strand, node.body);
  yield* emit(strand, failure === null ? 'MapIterationSucceeded' : 'MapIterationFailed', { name: node.name, index });
  return failure;
}

/** Lets the branches take turns until all are through or one has failed. */
function* takeTurns(world: World, branches: readonly Steps<Failure | null>[]): Steps<Failure | null> {
  const live = branches.map((branch) => ({ branch, answer: undefined as number | undefined }));
  while (live.length > 0) {
    const at = world.pick(live.length);
    const turn = live[at];
    if (turn === undefined) break;
    // The first `next` of a generator ignores its argument.
    const next = turn.branch.next(turn.answer ?? 0);
    if (!next.done) turn.answer = yield next.value;
    else if (next.value !== null) return next.value;
    else live.splice(at, 1);
  }
  return null;
}

function* runContainer(world: World, strand: Strand, node: ParallelNode | MapNode): Steps<Failure | null> {
  const type = node.kind === 'map' ? 'Map' : 'Parallel';
  const state = { name: node.name, type };
  const inside: Scope = [];
  yield* enter(world, strand, state);
  yield* emit(strand, `${type}StateStarted`, node.kind === 'map' ? { length: node.iterations } : {});
  const begin = (): Strand => ({ scopes: [...strand.scopes, inside], last: strand.last });
  const branches =
    node.kind === 'map'
      ? Array.from({ length: node.iterations }, (_, index) => runIteration(world, begin(), node, index))
      : node.branches.map((branch) => runSequence(world, begin(), branch));
  const failure = yield* takeTurns(world, branches);
  if (failure === null) {
    yield* emit(strand, `${type}StateSucceeded`);
    yield* leave(strand, state);
    return null;
  }
  yield* cut(world, inside, strand.scopes, strand);
  yield* emit(strand, `${type}StateFailed`, { ...failure });
  if (node.handler === null) return failure;
  if (inside.length > 0) world.leftBehind = true;
  for (const left of inside) take(strand.scopes, left);
  yield* leave(strand, state);
  return yield* runHandler(world, strand, node.handler);
}

function* runNode(world: World, strand: Strand, node: TreeNode): Steps<Failure | null> {
  if (node.kind === 'step') return yield* runStep(world, strand, node);
  if (node.kind !== 'fail') return yield* runContainer(world, strand, node);
  yield* enter(world, strand, { name: node.name, type: 'Fail' });
  return { error: `${node.name}.Error`, cause: `${node.name} ended it` };
}

/** Runs states one after the other; answers the failure that nobody caught. */
export function* runSequence(
  world: World,
  strand: Strand,
  nodes: Sequence,
  onState: (index: number) => void = () => {},
): Steps<Failure | null> {
  for (const [index, node] of nodes.entries()) {
    onState(index);
    const failure = yield* runNode(world, strand, node);
    if (failure !== null) return failure;
  }
  return null;
}

/** The names of what is active, sorted and distinct. */
export function activeNames(world: World): readonly string[] {
  return [...new Set(world.root.map((state) => state.name))].sort();
}
