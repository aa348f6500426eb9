import {
  type DocumentNode,
  type ExecutionArgs,
  execute,
  type GraphQLError,
  type GraphQLSchema,
  getVariableValues,
  type OperationDefinitionNode,
} from 'graphql';
import { type Caller, mayRead } from '../../core/access.ts';
import { isName, nameRule } from '../../core/names.ts';
import { refusal } from './errors.ts';
import type { Selection, Selections } from './selections.ts';

/** Whose updates a subscription carries; `id` null: all executions of the workflow. */
export interface Target {
  readonly tenant: string;
  readonly workflow: string;
  readonly id: string | null;
}

/** A subscription, checked once; from here on there is nothing left to check per update. */
export interface SubscriptionPlan {
  readonly target: Target;
  /** Plans of one target with the same selection render every update alike. */
  readonly selection: Selection;
  /** As given: an `id` that is null is not one left out, which AppSync tells apart. */
  readonly args: StatusChangedArgs;
  /** Coerced, and only those that the operation has. */
  readonly variables: { readonly [name: string]: unknown };
}

export type Planned =
  | { readonly type: 'subscription'; readonly plan: SubscriptionPlan }
  | { readonly type: 'errors'; readonly errors: readonly GraphQLError[] };

/** A validated document and which of its operations to run. */
export interface Operation {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  /** What the document was parsed from. */
  readonly text: string;
  readonly definition: OperationDefinitionNode;
  readonly variables: { readonly [name: string]: unknown };
}

/** Arguments of `statusChanged`. */
export interface StatusChangedArgs {
  readonly workflow: string;
  readonly id?: string | null;
}

/**
 * UTF-8 bytes of the variables of a subscription: two names and some conditions take a tenth of it. They are kept as long
 * as the subscription lasts, which may be for days.
 */
const maxVariableBytes = 4_096;

/**
 * Plans a `statusChanged` operation for a caller. The target follows from the caller's tenant and the arguments, and
 * `mayRead` is asked here, so no update that `maySee` would keep back can ever match it (S28).
 */
export function planSubscription(operation: Operation, caller: Caller, selections: Selections): Planned {
  const { schema, document, definition } = operation;
  const operationName = definition.name?.value ?? null;
  const coercion = getVariableValues(schema, definition.variableDefinitions ?? [], operation.variables);
  if (coercion.errors) return { type: 'errors', errors: coercion.errors };
  // From here on only the coerced values: what was sent besides them is not kept for as long as the subscription lasts.
  const args: ExecutionArgs = { schema, document, operationName, variableValues: coercion.coerced };

  // Executing with a root that only listens has graphql-js coerce the arguments exactly as it will for every update.
  const heard: StatusChangedArgs[] = [];
  const statusChanged = (given: StatusChangedArgs): null => {
    heard.push(given);
    return null;
  };
  const errors = errorsOf(execute({ ...args, rootValue: { statusChanged } }));
  if (errors.length > 0) return { type: 'errors', errors };
  const [asked, another] = heard;
  if (!asked || another) return refused('BAD_USER_INPUT', 'A subscription must select statusChanged exactly once.');

  const { workflow, id = null } = asked;
  if (!isName(workflow) || (id !== null && !isName(id)))
    return refused('BAD_USER_INPUT', `workflow and id must have ${nameRule}.`);
  if (!mayRead(caller, workflow, id)) return refused('FORBIDDEN', whyForbidden(caller, id));

  const variables = coercion.coerced;
  if (Buffer.byteLength(JSON.stringify(variables)) > maxVariableBytes)
    return refused('TOO_COMPLEX', `The variables of a subscription may have ${maxVariableBytes} bytes.`);
  return {
    type: 'subscription',
    plan: {
      target: { tenant: caller.tenant, workflow: detached(workflow), id: id === null ? null : detached(id) },
      selection: selections(operation, variables),
      args: asked,
      variables,
    },
  };
}

/** A text of its own: one that was written in the document is a piece of its source, and would keep that alive. */
function detached(text: string): string {
  return JSON.parse(JSON.stringify(text));
}

function whyForbidden(caller: Caller, id: string | null): string {
  if (caller.type === 'token' && caller.grant.type === 'executions' && id === null)
    return 'This token names executions: subscribe with an id.';
  return 'These credentials do not allow this subscription.';
}

function refused(code: 'BAD_USER_INPUT' | 'FORBIDDEN' | 'TOO_COMPLEX', message: string): Planned {
  return { type: 'errors', errors: [refusal(code, message)] };
}

function errorsOf(result: ReturnType<typeof execute>): readonly GraphQLError[] {
  // Every resolver above is synchronous, and so is the result then.
  return result instanceof Promise || !('errors' in result) ? [] : (result.errors ?? []);
}
