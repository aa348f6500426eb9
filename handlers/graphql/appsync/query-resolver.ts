import { GraphQLError } from 'graphql';
import { z } from 'zod';
import { readCallerClaims } from '../../authorize/caller-claims.ts';
import { type Report, unexpected } from '../errors.ts';
import { createQueries, type QueryPorts } from '../queries.ts';
import { type AppsyncErrorType, toAppsyncErrors } from './errors.ts';

/** What AppSync's resolvers are told: the value of their field, or its error. */
export type QueryAnswer =
  | { readonly type: 'data'; readonly data: unknown }
  | { readonly type: 'error'; readonly errorType: AppsyncErrorType; readonly message: string };

export interface QueryResolverOptions extends QueryPorts {
  readonly report: Report;
}

const args = z.object({ workflow: z.string(), id: z.string() });
const eventSchema = z.discriminatedUnion('field', [
  z.object({ field: z.literal('status'), args, caller: z.string() }),
  z.object({
    field: z.literal('updates'),
    args: args.extend({ after: z.string().nullish(), limit: z.int().nullish() }),
    caller: z.string(),
  }),
]);

/**
 * The Lambda behind the resolvers of `Query`, on the same queries as the embedded GraphQL. Trusts the caller it is told:
 * nobody but the API's role may invoke it. Never rejects: what goes wrong inside is reported, and AppSync hears an incident
 * (S26).
 */
export function createQueryResolver({
  log,
  now,
  report,
}: QueryResolverOptions): (event: unknown) => Promise<QueryAnswer> {
  const queries = createQueries({ log, now });

  const resolve = async (event: unknown): Promise<unknown> => {
    const asked = eventSchema.parse(event);
    const caller = readCallerClaims(asked.caller);
    if (!caller) throw new Error('The event of a resolver has no caller.');
    if (asked.field === 'status') return queries.status(asked.args, caller);
    const { workflow, id, after = null, limit = null } = asked.args;
    return queries.updates({ workflow, id, after, limit }, caller);
  };

  return async (event) => {
    try {
      return { type: 'data', data: await resolve(event) };
    } catch (error) {
      const told = error instanceof GraphQLError ? error : unexpected(report(error));
      const [answer] = toAppsyncErrors([told]);
      return { type: 'error', errorType: answer?.errorType ?? 'InternalFailure', message: told.message };
    }
  };
}
