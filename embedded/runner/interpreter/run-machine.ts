import type { Json } from '../../../core/contract.ts';
import type { AslMachine } from '../../workflows/asl.ts';
import { untilAborted } from '../clock.ts';
import type { Flow } from '../flow.ts';
import { applyInput, applyOutput, choose, evaluateExpression } from './data-flow.ts';
import { checkSize } from './data-size.ts';
import type { Entry, Environment } from './environment.ts';
import { asFailure, StateFailure } from './failure.ts';
import { runMap } from './map.ts';
import { runParallel } from './parallel.ts';
import { catcherOf, createRetries, errorOutput } from './retry-and-catch.ts';
import { runTask } from './task.ts';
import { sleepUntilDue } from './wait.ts';

/** What a state hands on, and to which; `next` null at the end. */
interface Step {
  readonly output: Json;
  readonly next: string | null;
}

function context(env: Environment, { name, enteredAt, flow }: Entry, retryCount = 0) {
  return env.contextOf(flow, { name, enteredAt, retryCount });
}

/** One try of a Task, Parallel or Map. */
function attempt(env: Environment, entry: Entry, retryCount: number): Promise<Json> {
  const seen = context(env, entry, retryCount);
  if (entry.state.Type === 'Task') return runTask(env, entry, seen, retryCount);
  if (entry.state.Type === 'Parallel') return runParallel(env, entry, seen, runMachine);
  return runMap(env, entry, seen, runMachine);
}

/** Tries until it succeeds, is caught, or has failed for good. */
async function runRetried(env: Environment, entry: Entry): Promise<Step> {
  const { state, flow, input } = entry;
  const retries = createRetries(state, env.random);
  for (let retryCount = 0; ; retryCount += 1) {
    try {
      const output = await attempt(env, entry, retryCount);
      return { output, next: state.Next ?? null };
    } catch (error) {
      flow.signal.throwIfAborted();
      const failure = asFailure(error);
      const delay = retries.next(failure);
      if (delay === null) {
        const catcher = catcherOf(state, failure);
        if (catcher === null) throw failure;
        const caught = {
          Type: state.Type,
          ...(catcher.ResultPath === undefined ? {} : { ResultPath: catcher.ResultPath }),
        };
        const output = await applyOutput(caught, input, errorOutput(failure), context(env, entry, retryCount));
        return { output, next: catcher.Next };
      }
      await env.pause(flow, delay * 1000 * env.timeScale);
    }
  }
}

/** The failure a Fail state stands for; paths in it are evaluated on its input. */
async function failureOf(env: Environment, entry: Entry): Promise<StateFailure> {
  const { Error: error, ErrorPath, Cause, CausePath } = entry.state;
  const seen = context(env, entry);
  const text = async (plain: string | undefined, path: string | undefined): Promise<string | null> => {
    if (path === undefined) return plain ?? null;
    const value = await evaluateExpression(path, entry.input, seen);
    if (typeof value !== 'string') throw new StateFailure('States.Runtime', `${path} is no text`);
    return value;
  };
  return new StateFailure(await text(error, ErrorPath), await text(Cause, CausePath));
}

async function perform(env: Environment, entry: Entry): Promise<Step> {
  const { state, input } = entry;
  const next = state.Next ?? null;
  switch (state.Type) {
    case 'Task':
    case 'Parallel':
    case 'Map':
      return runRetried(env, entry);
    case 'Fail':
      throw await failureOf(env, entry);
    case 'Choice':
      return choose(state, input, context(env, entry));
    case 'Wait':
      await sleepUntilDue(env, entry, context(env, entry));
      break;
    case 'Pass':
    case 'Succeed':
      break;
  }
  const seen = context(env, entry);
  const effective = await applyInput(state, input, seen);
  const output = await applyOutput(state, input, state.Result === undefined ? effective : state.Result, seen);
  return { output, next: state.Type === 'Succeed' ? null : next };
}

async function runState(env: Environment, machine: AslMachine, name: string, input: Json, flow: Flow): Promise<Step> {
  const state = machine.States[name];
  if (state === undefined) throw new StateFailure('States.Runtime', `the definition has no state "${name}"`);
  const id = env.recorder.entered(flow, name, state.Type, input);
  const entry: Entry = { name, state, input, flow, id, enteredAt: env.clock.now() };
  await env.turn(flow);
  const step = await untilAborted(perform(env, entry), flow.signal);
  checkSize(name, step.output);
  env.recorder.exited(flow, id, name, state.Type);
  return step;
}

/**
 * Runs a machine from `from` (default: its start) with that state's input, to its end. Rejects with a StateFailure
 * when a state fails for good, with the signal's reason when the line is aborted.
 */
export async function runMachine(
  env: Environment,
  machine: AslMachine,
  input: Json,
  flow: Flow,
  from: string = machine.StartAt,
): Promise<Json> {
  let name: string | null = from;
  let data = input;
  while (name !== null) {
    const step: Step = await runState(env, machine, name, data, flow);
    name = step.next;
    data = step.output;
  }
  return data;
}
