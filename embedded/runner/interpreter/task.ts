import type { Json } from '../../../core/contract.ts';
import type { TaskCall } from '../../workflows/loaded-workflow.ts';
import type { TaskContext, TaskHandler } from '../../workflows/task-handler.ts';
import { sleep, untilAborted } from '../clock.ts';
import type { HistoryDetails } from '../history.ts';
import { applyInput, applyOutput, type Context, evaluateExpression } from './data-flow.ts';
import { checkSize } from './data-size.ts';
import type { Entry, Environment } from './environment.ts';
import { asFailure, failureDetails, StateFailure } from './failure.ts';
import { putEvents } from './put-events.ts';

/** How history names a Task's steps: Lambda functions have types of their own (aws-facts §2.2). */
interface Naming {
  readonly prefix: 'LambdaFunction' | 'Task';
  readonly scheduled: HistoryDetails;
  readonly later: HistoryDetails;
}

function namingOf(call: TaskCall, resource: string, region: string): Naming {
  if (call.type === 'lambda') return { prefix: 'LambdaFunction', scheduled: { resource }, later: {} };
  const names = {
    invoke: { resourceType: 'lambda', resource: 'invoke' },
    'put-events': { resourceType: 'events', resource: 'putEvents' },
    service: call.type === 'service' ? { resourceType: call.resourceType, resource: call.resource } : {},
  }[call.type];
  return { prefix: 'Task', scheduled: { region, ...names }, later: names };
}

/** A thrown thing as Lambda reports it: the error's name, and its message as JSON text in the cause. */
function handlerFailure(error: unknown): StateFailure {
  if (error instanceof StateFailure) return error;
  const [name, message] = error instanceof Error ? [error.name, error.message] : ['Error', String(error)];
  return new StateFailure(name, JSON.stringify({ errorType: name, errorMessage: message, trace: [] }));
}

/** What travels is JSON: what a handler returns is what Step Functions would get of it. */
function asJson(value: unknown): Json {
  try {
    return JSON.parse(JSON.stringify(value ?? null) ?? 'null');
  } catch (error) {
    // The name Lambda's Node runtime gives it.
    throw new StateFailure('Runtime.MarshalError', error instanceof Error ? error.message : String(error));
  }
}

async function callHandler(
  env: Environment,
  entry: Entry,
  handler: TaskHandler,
  input: Json,
  attempt: number,
  signal: AbortSignal,
) {
  const { arn, id, workflow, redriveCount } = env.recorder.run();
  const context: TaskContext = {
    execution: { arn, id, workflow, redriveCount },
    state: entry.name,
    attempt,
    signal,
    progress: (report) => (signal.aborted ? Promise.resolve() : env.progress(report)),
    sleep: (ms) => sleep(env.clock, ms * env.timeScale, signal),
  };
  try {
    return asJson(await handler(asJson(input), context));
  } catch (error) {
    throw handlerFailure(error);
  }
}

async function perform(
  env: Environment,
  entry: Entry,
  call: TaskCall,
  input: Json,
  attempt: number,
  signal: AbortSignal,
): Promise<Json> {
  if (call.type === 'put-events') return putEvents(env, input);
  if (call.type !== 'invoke') return callHandler(env, entry, call.handler, input, attempt, signal);
  const payload = new Map(Object.entries(input ?? {})).get('Payload') ?? {};
  const result = await callHandler(env, entry, call.handler, payload, attempt, signal);
  return { ExecutedVersion: '$LATEST', Payload: result, StatusCode: 200 };
}

async function timeoutSeconds({ state }: Entry, input: Json, context: Context): Promise<number | null> {
  if (state.TimeoutSecondsPath === undefined) return state.TimeoutSeconds ?? null;
  const value = await evaluateExpression(state.TimeoutSecondsPath, input, context);
  if (typeof value === 'number' && Number.isInteger(value) && value > 0) return value;
  throw new StateFailure('States.Runtime', `TimeoutSecondsPath must give whole seconds, not ${JSON.stringify(value)}`);
}

/** The work, bounded by the state's time-out: `States.Timeout`, and the handler's signal is aborted. */
async function withTimeout(
  env: Environment,
  entry: Entry,
  seconds: number | null,
  work: (signal: AbortSignal) => Promise<Json>,
): Promise<Json> {
  const controller = new AbortController();
  const { signal } = entry.flow;
  const stop = (): void => controller.abort(signal.reason);
  signal.addEventListener('abort', stop, { once: true });
  const timedOut = new StateFailure('States.Timeout', null);
  const cancel =
    seconds === null
      ? () => undefined
      : env.clock.after(seconds * 1000 * env.timeScale, () => controller.abort(timedOut));
  try {
    return await untilAborted(work(controller.signal), controller.signal);
  } finally {
    cancel();
    signal.removeEventListener('abort', stop);
  }
}

/** One try of a Task. */
export async function runTask(env: Environment, entry: Entry, context: Context, attempt: number): Promise<Json> {
  const { name, state, flow } = entry;
  const call = env.tasks[name];
  if (call === undefined) throw new StateFailure('States.Runtime', `the Task "${name}" has no handler`);
  const input = await applyInput(state, entry.input, context);
  const seconds = await timeoutSeconds(entry, input, context);
  const { prefix, scheduled, later } = namingOf(call, state.Resource ?? '', env.region);
  env.recorder.record(flow, `${prefix}Scheduled`, scheduled);
  env.recorder.record(flow, `${prefix}Started`, later);
  let result: Json;
  try {
    result = await withTimeout(env, entry, seconds, (signal) => perform(env, entry, call, input, attempt, signal));
  } catch (error) {
    flow.signal.throwIfAborted();
    const failure = asFailure(error);
    const how = failure.error === 'States.Timeout' ? 'TimedOut' : 'Failed';
    env.recorder.record(flow, `${prefix}${how}`, {
      ...later,
      ...failureDetails({ error: failure.error, cause: failure.causeText }),
    });
    throw failure;
  }
  checkSize(name, result);
  env.recorder.record(flow, `${prefix}Succeeded`, later);
  return applyOutput(state, entry.input, result, context);
}
