import { ExecutionError, StateMachine, type StateMachineDefinition } from 'aws-local-stepfunctions';
import type { Json } from '../../../core/contract.ts';
import type { AslState, JsonObject } from '../../workflows/asl.ts';
import { expressionsOf, mapExpressions } from '../../workflows/expressions.ts';
import { withoutArrayUnique } from './array-unique.ts';
import { StateFailure } from './failure.ts';
import { withoutWildcards } from './wildcards.ts';

/** The context object (`$$`). */
export type Context = { readonly [key: string]: Json };

/**
 * Runs a few states by the library, which evaluates paths, payload templates, intrinsic functions and choice rules.
 * `noValidate`: these pieces of a definition, validated as a whole at load, are no whole definition themselves.
 */
async function evaluateStates(
  states: { readonly [name: string]: object },
  input: Json,
  context: Context,
): Promise<Json> {
  const definition = { StartAt: 'state', States: structuredClone(states) } as unknown as StateMachineDefinition;
  const machine = new StateMachine(definition, { validationOptions: { noValidate: true } });
  try {
    return (await machine.run(structuredClone(input) as never, { context: structuredClone(context) }).result) as Json;
  } catch (error) {
    const cause = error instanceof ExecutionError ? error.cause : error;
    if (!(cause instanceof Error)) throw new StateFailure('States.Runtime', String(cause));
    // Names that are not Step Functions' own are accidents of evaluation.
    throw new StateFailure(cause.name.startsWith('States.') ? cause.name : 'States.Runtime', cause.message);
  }
}

function pick(state: AslState, fields: readonly (keyof AslState)[]): JsonObject {
  const entries = fields.flatMap((field) => (state[field] === undefined ? [] : [[field, state[field]] as const]));
  return Object.fromEntries(entries) as JsonObject;
}

/** The state's effective input: `InputPath`, then `Parameters`. */
export async function applyInput(state: AslState, input: Json, context: Context): Promise<Json> {
  const { InputPath, Parameters } = state;
  const found = InputPath === undefined ? input : await evaluateStates(passing({ InputPath }), input, context);
  return Parameters === undefined || state.Type === 'Map' ? found : evaluateTemplate(Parameters, found, context);
}

/** The state's output: `ResultSelector`, `ResultPath` into the raw input, then `OutputPath`. */
export async function applyOutput(state: AslState, input: Json, result: Json, context: Context): Promise<Json> {
  const { ResultSelector } = state;
  const selected = ResultSelector === undefined ? result : await evaluateTemplate(ResultSelector, result, context);
  const fields = pick(state, state.ResultPath === '$' ? ['OutputPath'] : ['ResultPath', 'OutputPath']);
  if (Object.keys(fields).length === 0) return selected;
  // The library passes over a Result of null, false, 0 or ''; as Parameters they come through.
  return evaluateStates(
    passing({ ...(selected ? { Result: selected } : { Parameters: selected }), ...fields }),
    input,
    context,
  );
}

/** A payload template's value. */
export async function evaluateTemplate(template: Json, input: Json, context: Context): Promise<Json> {
  const state: AslState = { Type: 'Pass', Parameters: template };
  const lists: Json[] = [];
  const without = new Map<string, string>();
  for (const [, expression] of expressionsOf(state)) {
    const evaluate = (inner: string): Promise<Json> => evaluateExpression(inner, input, { ...context, Lists: lists });
    const keep = (list: readonly Json[]): string => `$$.Lists[${lists.push([...list]) - 1}]`;
    without.set(expression, await withoutArrayUnique(expression, evaluate, keep));
  }
  const { Parameters } = mapExpressions(state, (expression) => without.get(expression) ?? expression);
  const seen = lists.length === 0 ? context : { ...context, Lists: lists };
  return evaluateStates(passing({ Parameters: Parameters ?? null }), input, seen);
}

/** A state that does nothing but what the fields say. */
const passing = (fields: object) => ({ state: { Type: 'Pass', ...fields, End: true } });

/** A path's or an intrinsic call's value. */
export async function evaluateExpression(expression: string, input: Json, context: Context): Promise<Json> {
  if (expression === '$') return input;
  const evaluated = await evaluateTemplate({ 'value.$': expression }, input, context);
  return new Map(Object.entries(evaluated ?? {})).get('value') ?? null;
}

/** Where a Choice goes, and what it hands on. */
export async function choose(
  state: AslState,
  input: Json,
  context: Context,
): Promise<{ readonly next: string; readonly output: Json }> {
  const targets = new Map<string, string>();
  const target = (next: string): string => {
    const name = `to ${targets.size}`;
    targets.set(name, next);
    return name;
  };
  const { Choices = [], InputPath } = state;
  const found = () => applyInput({ Type: 'Choice', ...(InputPath === undefined ? {} : { InputPath }) }, input, context);
  const read = async (path: string) => evaluateExpression(path, await found(), context);
  const said = (matches: boolean) => ({ Variable: '$$.Yes', BooleanEquals: matches });
  const rules = await Promise.all(Choices.map((rule) => withoutWildcards(rule, read, said)));
  const choice = {
    Type: 'Choice',
    ...pick(state, ['InputPath', 'OutputPath']),
    Choices: rules.map((rule) => ({ ...rule, Next: target(String(rule.Next)) })),
    ...(state.Default === undefined ? {} : { Default: target(state.Default) }),
  };
  // Each target is replaced by a state that says its own name and shows the Choice's output.
  const stubs = [...targets.keys()].map(
    (name) => [name, { Type: 'Pass', Parameters: { name, 'output.$': '$' }, End: true }] as const,
  );
  const chosen = new Map(
    Object.entries(
      (await evaluateStates({ state: choice, ...Object.fromEntries(stubs) }, input, { ...context, Yes: true })) ?? {},
    ),
  );
  return { next: targets.get(String(chosen.get('name'))) ?? '', output: chosen.get('output') ?? null };
}
