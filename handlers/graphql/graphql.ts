import {
  type DocumentNode,
  type ExecutionResult,
  execute,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  type OperationDefinitionNode,
  OperationTypeNode,
} from 'graphql';
import type { Caller } from '../../core/access.ts';
import { createDocuments, type DocumentLimits, defaultDocumentLimits } from './documents.ts';
import { presentable, type Report, refusal, unexpected } from './errors.ts';
import { createQueries, type QueryPorts } from './queries.ts';
import { planSubscription, type SubscriptionPlan } from './subscription-plan.ts';

/** A GraphQL request, as every transport carries it. */
export interface GraphqlRequest {
  readonly query: string;
  readonly variables?: { readonly [name: string]: unknown } | null | undefined;
  readonly operationName?: string | null | undefined;
}

/** A request that was checked: ready to run, to be subscribed, or refused. */
export type Prepared =
  | {
      readonly type: 'query';
      readonly document: DocumentNode;
      readonly run: () => Promise<ExecutionResult>;
    }
  | { readonly type: 'subscription'; readonly document: DocumentNode; readonly plan: SubscriptionPlan }
  | { readonly type: 'errors'; readonly errors: readonly GraphQLError[] };

/** GraphQL without a transport: `graphqlHttp` and the WebSocket server both stand on it. */
export interface Graphql {
  readonly schema: GraphQLSchema;
  /** Never throws. */
  readonly prepare: (request: GraphqlRequest, caller: Caller) => Prepared;
  /** Runs a query. Subscriptions are refused: they need a transport that streams. Never rejects. */
  readonly executeQuery: (request: GraphqlRequest, caller: Caller) => Promise<ExecutionResult>;
}

export interface GraphqlOptions extends QueryPorts {
  readonly schema: GraphQLSchema;
  readonly report: Report;
  /** Defaults: see `DocumentLimits`. */
  readonly limits?: Partial<DocumentLimits>;
}

export function createGraphql({ schema, log, now, report, limits }: GraphqlOptions): Graphql {
  const documents = createDocuments(schema, { ...defaultDocumentLimits, ...limits });
  const queries = createQueries({ log, now });

  const check = (request: GraphqlRequest, caller: Caller): Prepared => {
    const checked = documents(request.query);
    if (checked.type === 'errors') return checked;
    const { document, number } = checked;
    const definition = getOperationAST(document, request.operationName);
    if (!definition) return refused(new GraphQLError(unknownOperation(request)));
    const variables = request.variables ?? {};
    switch (definition.operation) {
      case OperationTypeNode.MUTATION:
        return refused(refusal('FORBIDDEN', 'Mutations belong to the service itself.'));
      case OperationTypeNode.SUBSCRIPTION: {
        const planned = planSubscription({ schema, document, number, definition, variables }, caller);
        return planned.type === 'errors' ? planned : { type: 'subscription', document, plan: planned.plan };
      }
      case OperationTypeNode.QUERY:
        return { type: 'query', document, run: () => run(document, definition, variables, caller) };
    }
  };

  const run = async (
    document: DocumentNode,
    definition: OperationDefinitionNode,
    variables: { readonly [name: string]: unknown },
    caller: Caller,
  ): Promise<ExecutionResult> => {
    const { errors, ...result } = await execute({
      schema,
      document,
      rootValue: queries,
      contextValue: caller,
      variableValues: variables,
      operationName: definition.name?.value ?? null,
    });
    return errors ? { errors: errors.map((error) => presentable(error, report)), ...result } : result;
  };

  const prepare = (request: GraphqlRequest, caller: Caller): Prepared => {
    try {
      return check(request, caller);
    } catch (error) {
      return refused(unexpected(report(error)));
    }
  };

  return {
    schema,
    prepare,
    async executeQuery(request, caller) {
      const prepared = prepare(request, caller);
      switch (prepared.type) {
        case 'errors':
          return { errors: prepared.errors };
        case 'subscription':
          return {
            errors: [
              refusal(
                'UNSUPPORTED',
                'Subscriptions need a WebSocket: graphql-transport-ws here, AppSync’s protocol at /realtime below.',
              ),
            ],
          };
        case 'query':
          return prepared.run();
      }
    },
  };
}

function refused(error: GraphQLError): Prepared {
  return { type: 'errors', errors: [error] };
}

function unknownOperation({ operationName }: GraphqlRequest): string {
  return operationName
    ? `The document has no operation ${operationName}.`
    : 'The document has several operations: operationName must say which one.';
}
