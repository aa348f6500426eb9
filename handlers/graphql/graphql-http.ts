import { type ExecutionResult, GraphQLError } from 'graphql';
import type { Caller } from '../../core/access.ts';
import type { Graphql, GraphqlRequest } from './graphql.ts';

export interface GraphqlHttpAnswer {
  /** 400: the body is no GraphQL request; 200: it is, and the body tells how it went. */
  readonly status: 200 | 400;
  /** To be serialised by JSON.stringify, which formats the errors. */
  readonly body: ExecutionResult;
}

/** Answers the parsed JSON body of `POST /graphql`; authentication has happened before. */
export type GraphqlHttp = (
  request: {
    readonly body: unknown;
    /** Told what a query counts as, before it runs; what it throws is not caught. */
    readonly charge?: (cost: number) => void;
  },
  caller: Caller,
) => Promise<GraphqlHttpAnswer>;

/**
 * GraphQL over HTTP (graphql.github.io/graphql-over-http, media type application/json): whatever happens to a
 * well-formed request is 200 with `errors`; only what is no request is 400.
 */
export function createGraphqlHttp(graphql: Graphql): GraphqlHttp {
  return async ({ body, charge }, caller) => {
    const request = parseRequest(body);
    if (typeof request === 'string') return { status: 400, body: { errors: [new GraphQLError(request)] } } as const;
    return { status: 200, body: await graphql.executeQuery(request, caller, charge) };
  };
}

/** The request, or what is wrong with it. Unknown members (`extensions` among them) are left alone. */
export function parseRequest(body: unknown): GraphqlRequest | string {
  if (!isRecord(body)) return 'The body must be a JSON object with a query. Batches are not supported.';
  const { query, variables, operationName } = body;
  if (typeof query !== 'string') return 'query must be a string.';
  if (!isAbsent(variables) && !isRecord(variables)) return 'variables must be an object.';
  if (!isAbsent(operationName) && typeof operationName !== 'string') return 'operationName must be a string.';
  return { query, variables, operationName };
}

/** A JSON object. */
export function isRecord(value: unknown): value is { readonly [name: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isAbsent(value: unknown): value is null | undefined {
  return value === null || value === undefined;
}
