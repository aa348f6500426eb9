import type { Json, StatusError, Update } from '../../core/contract.ts';

/** What is known of a workflow at type level, and the form of what `statuswire types` writes. No value has this type. */
export interface WorkflowTypes {
  /** The name of every state, those inside Parallel and Map included, with the names of the states that may follow it. */
  readonly states: object;
  /** Where an execution ends: the top-level states that nothing follows. */
  readonly terminal: string;
  /** What Fail states and Catch name. */
  readonly errors: string;
}

/**
 * A workflow described by `statuswire types`, by its definition (`as const`, or an imported JSON file), or not at all.
 * Anything that is no description leaves every name a `string`.
 */
type TypesOf<Workflow> = Workflow extends WorkflowTypes
  ? Workflow
  : Workflow extends { readonly States: unknown }
    ? FromDefinition<StateIn<Workflow, 'top'>>
    : { readonly states: Readonly<Record<string, string>>; readonly terminal: string; readonly errors: string };

interface FromDefinition<All extends AnyState> {
  readonly states: { readonly [One in All as One['name']]: Narrowed<NextName<One['state']>, All['name']> };
  readonly terminal: TerminalIn<All>;
  readonly errors: ErrorIn<All['state']>;
}

interface AnyState {
  readonly name: string;
  readonly state: unknown;
  readonly level: 'top' | 'inner';
}

/** The union of a machine's states on all levels. */
type StateIn<Machine, Level> = Machine extends { readonly States: infer States }
  ? {
      [Name in keyof States & string]:
        | { readonly name: Name; readonly state: States[Name]; readonly level: Level }
        | InnerState<States[Name]>;
    }[keyof States & string]
  : never;

type InnerState<State> =
  | (State extends { readonly Branches: readonly (infer Branch)[] } ? StateIn<Branch, 'inner'> : never)
  | (State extends { readonly ItemProcessor: infer Processor } ? StateIn<Processor, 'inner'> : never)
  | (State extends { readonly Iterator: infer Processor } ? StateIn<Processor, 'inner'> : never);

/** An imported JSON file widens its values to `string`: then any name may be meant. */
type Narrowed<Name, All> = string extends Name ? All : Name;

type NextName<State> =
  | NextIn<State>
  | (State extends { readonly Default: infer Name } ? Name : never)
  | (State extends { readonly Choices: readonly (infer Rule)[] } ? NextIn<Rule> : never)
  | (State extends { readonly Catch: readonly (infer Rule)[] } ? NextIn<Rule> : never);

type NextIn<From> = From extends { readonly Next: infer Name } ? Name : never;

/** Told by what is absent, which also an imported JSON file shows: `End` is widened there, and so is `Type`. */
type TerminalIn<All extends AnyState> = All extends { readonly level: 'top'; readonly name: infer Name }
  ? All['state'] extends { readonly Next: unknown } | { readonly Choices: unknown }
    ? never
    : Name
  : never;

/** `States.ALL` stands for all errors and is the name of none; `{%` begins an expression. */
type ErrorIn<State> = Exclude<
  | (State extends { readonly Error: infer Name extends string } ? Name : never)
  | (State extends { readonly Catch: readonly { readonly ErrorEquals: readonly (infer Name extends string)[] }[] }
      ? Name
      : never),
  'States.ALL' | `{%${string}`
>;

/** The names of a workflow's states, those inside Parallel and Map included. `string` where nothing is known. */
export type StateName<Workflow> = keyof TypesOf<Workflow>['states'] & string;

/** The names of the states in which an execution ends. `string` where nothing is known. */
export type TerminalStateName<Workflow> = TypesOf<Workflow>['terminal'];

/**
 * The names of the states that may follow one: its `Next`, `Choices`, `Default` and `Catch`. `never` where none does. Inside
 * Parallel and Map it stays in the branch.
 */
export type NextStateName<Workflow, State extends StateName<Workflow>> = TypesOf<Workflow>['states'][State &
  keyof TypesOf<Workflow>['states']];

/** The errors that a workflow's Fail states and Catch name. `string` where nothing is known. */
export type ErrorName<Workflow> = TypesOf<Workflow>['errors'];

/**
 * One value for each state of a workflow. A table of this type does not compile once the workflow has a state it lacks, and
 * a key shows that state's `Comment`.
 */
export type PerState<Workflow, Value> = { readonly [State in keyof TypesOf<Workflow>['states']]: Value };

declare const outputOf: unique symbol;

/**
 * A workflow whose output is known: `createStatusClient<{ orders: WithOutput<OrdersWorkflow, Receipt> }>`. Nothing checks it
 * at run time; it says what the workflow's projection lets out.
 */
export type WithOutput<Workflow, Output> = Workflow & { readonly [outputOf]: Output };

/** What a workflow hands over when it SUCCEEDED; `Json` unless `WithOutput` says more. */
export type OutputOf<Workflow> = Workflow extends { readonly [outputOf]: infer Output } ? Output : Json;

/** Known names for completion, any name in fact: a definition may change while an old page is open. */
type OpenName<Name extends string> = Name | (string & {});

/** Why an execution failed, with the names that the workflow's definition knows. */
export type WatchedError<Workflow = unknown> = Omit<StatusError, 'name'> & {
  readonly name: OpenName<ErrorName<Workflow>> | null;
};

/** An update as `watch` hands it over. */
export type WatchedUpdate<Workflow = unknown> = Omit<Update, 'state' | 'activeStates' | 'output' | 'error'> & {
  readonly state: OpenName<StateName<Workflow>> | null;
  readonly activeStates: readonly OpenName<StateName<Workflow>>[];
  /** Only when SUCCEEDED, and null too when it is left out (`outputOmitted`). */
  readonly output: OutputOf<Workflow> | null;
  readonly error: WatchedError<Workflow> | null;
  /** What lay between the update before and this one is gone from the log; this one is the whole state (G4). */
  readonly skipped: boolean;
};
