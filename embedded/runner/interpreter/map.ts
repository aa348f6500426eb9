import type { Json } from '../../../core/contract.ts';
import { type Flow, innerFlow } from '../flow.ts';
import { runLines } from './containers.ts';
import { applyInput, applyOutput, type Context, evaluateExpression, evaluateTemplate } from './data-flow.ts';
import { createSizeCheck } from './data-size.ts';
import type { Entry, Environment, RunInner } from './environment.ts';
import { asFailure, failureDetails, StateFailure } from './failure.ts';

/** An inline Map runs at most 40 iterations at once, whatever it asks for (Step Functions guide, "Inline mode"). */
const mostAtOnce = 40;

async function concurrencyOf(entry: Entry, input: Json, context: Context): Promise<number> {
  const { MaxConcurrency, MaxConcurrencyPath } = entry.state;
  const asked =
    MaxConcurrencyPath === undefined
      ? (MaxConcurrency ?? 0)
      : await evaluateExpression(MaxConcurrencyPath, input, context);
  if (typeof asked !== 'number' || !Number.isInteger(asked) || asked < 0) {
    throw new StateFailure('States.Runtime', `MaxConcurrency must be a whole number, not ${JSON.stringify(asked)}`);
  }
  return asked === 0 ? mostAtOnce : Math.min(asked, mostAtOnce);
}

async function itemsOf(entry: Entry, input: Json, context: Context): Promise<readonly Json[]> {
  const items =
    entry.state.ItemsPath === undefined ? input : await evaluateExpression(entry.state.ItemsPath, input, context);
  if (Array.isArray(items)) return items;
  throw new StateFailure('States.Runtime', 'a Map needs a list: its input, or what ItemsPath points to, is none');
}

/** One try of an inline Map: the inner machine once per item; the output is the list of the outputs, in item order. */
export async function runMap(env: Environment, entry: Entry, context: Context, run: RunInner): Promise<Json> {
  const { name, state, flow, id } = entry;
  const machine = state.ItemProcessor ?? state.Iterator;
  if (machine === undefined) throw new StateFailure('States.Runtime', `the Map "${name}" has nothing to run`);
  const input = await applyInput(state, entry.input, context);
  const items = await itemsOf(entry, input, context);
  const most = await concurrencyOf(entry, input, context);
  const selector = state.ItemSelector ?? state.Parameters;
  env.recorder.record(flow, 'MapStateStarted', { length: String(items.length) });
  const running = new Map<number, Flow>();
  const takeOutput = createSizeCheck(name);

  async function iterate(index: number, signal: AbortSignal): Promise<Json> {
    const item = { Index: index, Value: items[index] ?? null };
    const inner = innerFlow(flow, id, signal, item);
    const told = { name, index: String(index) };
    env.recorder.record(inner, 'MapIterationStarted', told);
    running.set(index, inner);
    try {
      const seen = { ...context, Map: { Item: item } };
      const given = selector === undefined ? item.Value : await evaluateTemplate(selector, input, seen);
      const output = await run(env, machine as NonNullable<typeof machine>, given, inner);
      takeOutput(output);
      env.recorder.record(inner, 'MapIterationSucceeded', told);
      running.delete(index);
      return output;
    } catch (error) {
      if (!signal.aborted) {
        env.recorder.record(inner, 'MapIterationFailed', told);
        running.delete(index);
      }
      throw error;
    } finally {
      flow.previous = Math.max(flow.previous, inner.previous);
    }
  }

  let result: readonly Json[];
  try {
    result = await runLines(flow, items.length, most, iterate);
  } catch (error) {
    flow.signal.throwIfAborted();
    const failure = asFailure(error);
    env.recorder.abortOpen(flow, id);
    for (const index of running.keys())
      env.recorder.record(flow, 'MapIterationAborted', { name, index: String(index) });
    env.recorder.record(flow, 'MapStateFailed', failureDetails({ error: failure.error, cause: failure.causeText }));
    throw failure;
  }
  env.recorder.record(flow, 'MapStateSucceeded', {});
  return applyOutput(state, entry.input, result, context);
}
