import type { Update } from '../../core/contract.ts';

/**
 * The names of a workflow's states, from its definition (`as const`, or an imported JSON file), Parallel branches and Map
 * processors included. Just `string` for anything that is no definition.
 */
export type StateName<Definition> = Definition extends { readonly States: infer States }
  ? { [Name in keyof States & string]: Name | InnerNames<States[Name]> }[keyof States & string]
  : string;

type InnerNames<State> =
  | (State extends { readonly Branches: readonly (infer Branch)[] } ? StateName<Branch> : never)
  | (State extends { readonly ItemProcessor: infer Processor } ? StateName<Processor> : never)
  | (State extends { readonly Iterator: infer Processor } ? StateName<Processor> : never);

/** Known names for completion, any name in fact: a definition may change while an old page is open. */
type OpenName<Name extends string> = Name | (string & {});

/** An update as `watch` hands it over. */
export type WatchedUpdate<Definition = unknown> = Omit<Update, 'state' | 'activeStates'> & {
  readonly state: OpenName<StateName<Definition>> | null;
  readonly activeStates: readonly OpenName<StateName<Definition>>[];
  /** What lay between the update before and this one is gone from the log; this one is the whole state (G4). */
  readonly skipped: boolean;
};
