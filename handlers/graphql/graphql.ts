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
import { createTurnstile } from '../turnstile.ts';
import { createCosts } from './cost.ts';
import { createDocuments, type DocumentLimits, defaultDocumentLimits } from './documents.ts';
import { presentable, type Report, refusal, unexpected } from './errors.ts';
import { createQueries, type QueryPorts } from './queries.ts';
import { createRequestQueries } from './request-queries.ts';
import { createSelections } from './selections.ts';
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
      /** What it counts as in rate limits: 1, and 1 more for each thousand values that it may answer. */
      readonly cost: number;
      readonly run: () => Promise<ExecutionResult>;
    }
  | { readonly type: 'subscription'; readonly plan: SubscriptionPlan }
  | { readonly type: 'errors'; readonly errors: readonly GraphQLError[] };

/** GraphQL without a transport: `graphqlHttp` and the WebSocket server both stand on it. */
export interface Graphql {
  readonly schema: GraphQLSchema;
  /** Never throws. */
  readonly prepare: (request: GraphqlRequest, caller: Caller) => Prepared;
  /**
   * Runs a query. Subscriptions are refused: they need a transport that streams. Never rejects but with what `charge` throws.
   *
   * @param charge Told the cost of a query before it runs, see `Prepared`.
   */
  readonly executeQuery: (
    request: GraphqlRequest,
    caller: Caller,
    charge?: (cost: number) => void,
  ) => Promise<ExecutionResult>;
}

export interface GraphqlOptions extends QueryPorts {
  readonly schema: GraphQLSchema;
  readonly report: Report;
  /** Defaults: see `DocumentLimits` and `QueryLimits`. */
  readonly limits?: Partial<DocumentLimits & QueryLimits>;
}

/** Bounds of what one query may answer. */
export interface QueryLimits {
  /** Values, lists as long as their limit lets them be. Default 100,000: five whole pages of 1,000. */
  readonly values: number;
  /** Bytes, every field as large as it can be. Default 16 MiB. */
  readonly worstBytes: number;
  /** Bytes that it really has, about; a field beyond is an error in its place. Default 4 MiB. */
  readonly answerBytes: number;
}

export const defaultQueryLimits: QueryLimits = {
  values: 100_000,
  worstBytes: 16 * 1_048_576,
  answerBytes: 4 * 1_048_576,
};

export function createGraphql({ schema, log, now, report, limits }: GraphqlOptions): Graphql {
  const documents = createDocuments(schema, { ...defaultDocumentLimits, ...limits });
  const bounds = { ...defaultQueryLimits, ...limits };
  const queries = createQueries({ log, now });
  const turnstile = createTurnstile();
  const selections = createSelections();

  const check = (request: GraphqlRequest, caller: Caller): Prepared => {
    const checked = documents(request.query);
    if (checked.type === 'errors') return checked;
    const { document, text } = checked;
    const definition = getOperationAST(document, request.operationName);
    if (!definition) return refused(new GraphQLError(unknownOperation(request)));
    const variables = request.variables ?? {};
    switch (definition.operation) {
      case OperationTypeNode.MUTATION:
        return refused(refusal('FORBIDDEN', 'Mutations belong to the service itself.'));
      case OperationTypeNode.SUBSCRIPTION:
        return planSubscription({ schema, document, text, definition, variables }, caller, selections);
      case OperationTypeNode.QUERY: {
        const costs = createCosts(document);
        const { values, bytes } = costs.of(definition, variables);
        if (values > bounds.values || bytes > bounds.worstBytes) return refused(tooCostly(values, bytes, bounds));
        const { answerBytes: maxAnswerBytes } = bounds;
        const rootValue = createRequestQueries({ queries, caller, costs, maxAnswerBytes, turnstile });
        return {
          type: 'query',
          cost: 1 + Math.floor(values / valuesPerCost),
          run: () => run(document, definition, variables, rootValue),
        };
      }
    }
  };

  const run = async (
    document: DocumentNode,
    definition: OperationDefinitionNode,
    variables: { readonly [name: string]: unknown },
    rootValue: object,
  ): Promise<ExecutionResult> => {
    const { errors, ...result } = await execute({
      schema,
      document,
      rootValue,
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
    async executeQuery(request, caller, charge) {
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
          charge?.(prepared.cost);
          return prepared.run();
      }
    },
  };
}

const valuesPerCost = 1_000;

function tooCostly(values: number, bytes: number, bounds: QueryLimits): GraphQLError {
  const why =
    values > bounds.values
      ? `${values} values; at most ${bounds.values}`
      : `${Math.ceil(bytes)} bytes with every field at its largest; at most ${bounds.worstBytes}`;
  return refusal(
    'TOO_COMPLEX',
    `The query may answer ${why} are allowed. Page with a smaller limit, ask for fewer executions at once, or leave output out.`,
  );
}

function refused(error: GraphQLError): Prepared {
  return { type: 'errors', errors: [error] };
}

function unknownOperation({ operationName }: GraphqlRequest): string {
  return operationName
    ? `The document has no operation ${operationName}.`
    : 'The document has several operations: operationName must say which one.';
}
