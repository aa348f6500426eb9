import {
  type DocumentNode,
  type ExecutionResult,
  execute,
  GraphQLError,
  type GraphQLFieldResolver,
  type GraphQLSchema,
  parse,
  validate,
} from 'graphql';
import type { Update } from '../../../core/contract.ts';
import { createPublished } from '../../../handlers/graphql/appsync/published.ts';
import type { GraphqlRequest } from '../../../handlers/graphql/graphql.ts';
import { resolverOf } from '../../resolvers/support/kit.ts';
import { demandAccess, failed, readField } from './fields.ts';
import type { Admitted } from './identity.ts';

export interface OperationsOptions {
  readonly schema: GraphQLSchema;
  /** The Lambda behind the queries. */
  readonly invoke: (event: unknown) => Promise<unknown>;
  /** Environment variables of the API. */
  readonly env: Readonly<Record<string, string>> | undefined;
  /** What a mutation published. */
  readonly publish: (payload: Update) => void;
}

/** Queries and mutations over HTTP: each root field by its own resolver, mutations handed on to subscriptions. */
export function createOperations({ schema, invoke, env, publish }: OperationsOptions) {
  const rootField =
    (query: string): GraphQLFieldResolver<unknown, Admitted> =>
    async (_source, args, admitted, { parentType, fieldName }) => {
      demandAccess(parentType, fieldName, admitted);
      const field = `${parentType.name}.${fieldName}`;
      const resolver = resolverOf(field);
      const call = { args, identity: admitted.identity, env };
      const resolved =
        resolver.bundle.dataSource === 'lambda'
          ? await resolver.run(call, async (event) => JSON.parse(JSON.stringify(await invoke(event))))
          : resolver.runLocal(call);
      if (resolved.type === 'error') throw failed(resolved.error);
      const data = admitted.deniedFields.includes(field) ? null : resolved.data;
      if (parentType.name === 'Mutation' && data !== null)
        publish(createPublished(schema, query)(data as Update) as unknown as Update);
      return data;
    };

  return async ({ query, variables, operationName }: GraphqlRequest, admitted: Admitted): Promise<object> => {
    const document = documentOf(query);
    if ('length' in document) return answerOf({ errors: document });
    const root = rootField(query);
    const result = await execute({
      schema,
      document,
      variableValues: variables ?? null,
      operationName: operationName ?? null,
      contextValue: admitted,
      fieldResolver: (source, args, context, info) =>
        info.path.prev ? readField(source, args, context, info) : root(source, args, context, info),
    });
    return answerOf(result);
  };

  function documentOf(query: string): DocumentNode | readonly GraphQLError[] {
    try {
      const document = parse(query);
      const errors = validate(schema, document);
      return errors.length === 0 ? document : errors;
    } catch (error) {
      return [error instanceof GraphQLError ? error : new GraphQLError(String(error))];
    }
  }
}

/** With errors as AppSync writes them. */
function answerOf({ data = null, errors = [] }: ExecutionResult): object {
  const told = errors.map(({ message, path, locations, extensions }) => ({
    path: path ?? null,
    data: null,
    errorType: extensions.errorType ?? 'ValidationError',
    errorInfo: null,
    locations: locations ?? null,
    message,
  }));
  return { data, ...(told.length > 0 && { errors: told }) };
}
