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
import { compiledOperation } from './compiled-operation.ts';
import { refusal } from './errors.ts';

/** Whose updates a subscription carries; `id` null: all executions of the workflow. */
export interface Target {
  readonly tenant: string;
  readonly workflow: string;
  readonly id: string | null;
}

/** A subscription, checked once; from here on there is nothing left to check per update. */
export interface SubscriptionPlan {
  readonly target: Target;
  /** Plans with one key and one target render every update alike. */
  readonly key: string;
  /** As given: an `id` that is null is not one left out, which AppSync tells apart. */
  readonly args: StatusChangedArgs;
  /**
   * The execution result for one update, or for what was published of it, as JSON text: what stands in `payload` of a
   * `next` message.
   */
  readonly render: (update: object) => string;
}

export type Planned =
  | { readonly type: 'subscription'; readonly plan: SubscriptionPlan }
  | { readonly type: 'errors'; readonly errors: readonly GraphQLError[] };

/** A validated document and which of its operations to run. */
export interface Operation {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  /** See `Checked`. */
  readonly number: number;
  readonly definition: OperationDefinitionNode;
  readonly variables: { readonly [name: string]: unknown };
}

/** Arguments of `statusChanged`. */
export interface StatusChangedArgs {
  readonly workflow: string;
  readonly id?: string | null;
}

/**
 * Plans a `statusChanged` operation for a caller. The target follows from the caller's tenant and the arguments, and
 * `mayRead` is asked here, so no update that `maySee` would keep back can ever match it (S28).
 */
export function planSubscription(operation: Operation, caller: Caller): Planned {
  const { schema, document, definition, variables } = operation;
  const operationName = definition.name?.value ?? null;
  const coercion = getVariableValues(schema, definition.variableDefinitions ?? [], variables);
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

  const executed = (update: object): string =>
    JSON.stringify(execute({ ...args, rootValue: { statusChanged: update } }));
  return {
    type: 'subscription',
    plan: {
      target: { tenant: caller.tenant, workflow, id },
      // Coerced values come in the order of the definitions, so equal ones have equal text.
      key: JSON.stringify([operation.number, operationName, coercion.coerced]),
      args: asked,
      render: renderer(operation, coercion.coerced, executed),
    },
  };
}

/** By the compiled selection; where there is none, or it gives up on an update, by executing. */
function renderer(
  operation: Operation,
  variables: { readonly [name: string]: unknown },
  executed: (update: object) => string,
): (update: object) => string {
  const compiled = compiledOperation(operation, variables);
  if (!compiled) return executed;
  return (update) => {
    try {
      return compiled(update);
    } catch {
      // A value that is not of its type: the execution tells which, as GraphQL has it.
      return executed(update);
    }
  };
}

function whyForbidden(caller: Caller, id: string | null): string {
  if (caller.type === 'token' && caller.grant.type === 'executions' && id === null)
    return 'This token names executions: subscribe with an id.';
  return 'These credentials do not allow this subscription.';
}

function refused(code: 'BAD_USER_INPUT' | 'FORBIDDEN', message: string): Planned {
  return { type: 'errors', errors: [refusal(code, message)] };
}

function errorsOf(result: ReturnType<typeof execute>): readonly GraphQLError[] {
  // Every resolver above is synchronous, and so is the result then.
  return result instanceof Promise || !('errors' in result) ? [] : (result.errors ?? []);
}
