import type { Json } from '../../core/contract.ts';

/** JSON object as it stands in a definition. */
export type JsonObject = { readonly [key: string]: Json };

export type StateType = 'Task' | 'Pass' | 'Choice' | 'Wait' | 'Succeed' | 'Fail' | 'Parallel' | 'Map';

/** One rule of `Retry` (Amazon States Language, "Retrying after error"). */
export interface Retrier {
  readonly ErrorEquals: readonly string[];
  readonly IntervalSeconds?: number;
  readonly MaxAttempts?: number;
  readonly BackoffRate?: number;
  readonly MaxDelaySeconds?: number;
  readonly JitterStrategy?: 'NONE' | 'FULL';
}

/** One rule of `Catch` (Amazon States Language, "Fallback states"). */
export interface Catcher {
  readonly ErrorEquals: readonly string[];
  readonly Next: string;
  readonly ResultPath?: string | null;
}

/** A state of any type: the fields that the runner reads. The validator holds which of them a type may have. */
export interface AslState {
  readonly Type: StateType;
  readonly Next?: string;
  readonly End?: boolean;
  readonly InputPath?: string | null;
  readonly Parameters?: Json;
  readonly ResultSelector?: Json;
  readonly ResultPath?: string | null;
  readonly OutputPath?: string | null;
  readonly Result?: Json;
  readonly Retry?: readonly Retrier[];
  readonly Catch?: readonly Catcher[];
  readonly Resource?: string;
  readonly TimeoutSeconds?: number;
  readonly TimeoutSecondsPath?: string;
  readonly Choices?: readonly JsonObject[];
  readonly Default?: string;
  readonly Seconds?: number;
  readonly SecondsPath?: string;
  readonly Timestamp?: string;
  readonly TimestampPath?: string;
  readonly Error?: string;
  readonly ErrorPath?: string;
  readonly Cause?: string;
  readonly CausePath?: string;
  readonly Branches?: readonly AslMachine[];
  readonly ItemProcessor?: AslMachine;
  readonly Iterator?: AslMachine;
  readonly ItemsPath?: string;
  readonly ItemSelector?: Json;
  readonly MaxConcurrency?: number;
  readonly MaxConcurrencyPath?: string;
}

/** A state machine, or one branch of a Parallel, or the inside of a Map. */
export interface AslMachine {
  readonly StartAt: string;
  readonly States: { readonly [name: string]: AslState };
  /** Of the whole execution; only at the top. */
  readonly TimeoutSeconds?: number;
}

/** The machines inside a container state: a Parallel's branches, a Map's item processor. */
export function innerMachines(state: AslState): readonly AslMachine[] {
  const inside = state.ItemProcessor ?? state.Iterator;
  return [...(state.Branches ?? []), ...(inside === undefined ? [] : [inside])];
}

/** Every state of a machine with its name, containers before what is in them. Names are unique over all levels. */
export function* statesOf(machine: AslMachine): Generator<readonly [name: string, state: AslState]> {
  for (const entry of Object.entries(machine.States)) {
    yield entry;
    for (const inner of innerMachines(entry[1])) yield* statesOf(inner);
  }
}
