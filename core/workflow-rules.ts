/** What the service must know of a workflow: whose it is, what may leave, how its states nest. */
export interface WorkflowRules {
  /** State machine ARN that the name is bound to; null: the first one seen (S1). */
  readonly machineArn: string | null;
  /** A constant, or where the input names the owner (S13). */
  readonly owner: { readonly tenant: string } | { readonly inputPath: string };
  /** Name in `output` → JSONPath (RFC 9535) into the execution's output. Empty: no output leaves (S14). */
  readonly expose: { readonly [name: string]: string };
  readonly exposeCause: boolean;
  /** State → the Parallel and Map states around it, outermost first; null where the definition is not known (S8). */
  readonly nesting: { readonly [state: string]: readonly string[] } | null;
}

/** For workflows nobody configured: status only, nothing of input or output, tenant `default`. */
export const defaultRules: WorkflowRules = {
  machineArn: null,
  owner: { tenant: 'default' },
  expose: {},
  exposeCause: false,
  nesting: null,
};

/** Rules by workflow name. */
export type RulesOf = (workflow: string) => WorkflowRules;
