import type { Json } from '../../../core/contract.ts';
import { type Flow, innerFlow } from '../flow.ts';
import { runLines } from './containers.ts';
import { applyInput, applyOutput, type Context } from './data-flow.ts';
import type { Entry, Environment, RunInner } from './environment.ts';
import { asFailure, failureDetails } from './failure.ts';

/** One try of a Parallel: all branches at once, each with the same input; the output is the list of theirs. */
export async function runParallel(env: Environment, entry: Entry, context: Context, run: RunInner): Promise<Json> {
  const { state, flow, id } = entry;
  const branches = state.Branches ?? [];
  const input = await applyInput(state, entry.input, context);
  env.recorder.record(flow, 'ParallelStateStarted', {});
  const flows: Flow[] = [];
  let result: readonly Json[];
  try {
    result = await runLines(flow, branches.length, branches.length, (index, signal) => {
      const branch = branches[index];
      if (branch === undefined) throw new RangeError(`no branch ${index}`);
      const inner = innerFlow(flow, id, signal);
      flows.push(inner);
      return run(env, branch, input, inner);
    });
  } catch (error) {
    flow.signal.throwIfAborted();
    const failure = asFailure(error);
    env.recorder.abortOpen(flow, id);
    env.recorder.record(
      flow,
      'ParallelStateFailed',
      failureDetails({ error: failure.error, cause: failure.causeText }),
    );
    throw failure;
  }
  flow.previous = Math.max(flow.previous, ...flows.map(({ previous }) => previous));
  env.recorder.record(flow, 'ParallelStateSucceeded', {});
  return applyOutput(state, entry.input, result, context);
}
