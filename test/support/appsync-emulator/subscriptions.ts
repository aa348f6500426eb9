import {
  execute,
  GraphQLError,
  type GraphQLSchema,
  getArgumentValues,
  getOperationAST,
  getVariableValues,
  Kind,
  parse,
  validate,
} from 'graphql';
import type { Caller } from '../../../core/access.ts';
import type { Update } from '../../../core/contract.ts';
import type { Hub, HubSubscription } from '../../../embedded/subscriptions/hub.ts';
import type { AppsyncErrorType } from '../../../handlers/graphql/appsync/errors.ts';
import { type SubscriptionFilter, whyInvalid } from '../../../handlers/graphql/appsync/filter.ts';
import { matchesFilter } from '../../../handlers/graphql/appsync/match-filter.ts';
import type { AppsyncPlanned } from '../../../handlers/graphql/appsync/subscriptions.ts';
import type { GraphqlRequest } from '../../../handlers/graphql/graphql.ts';
import { resolverOf } from '../../resolvers/support/kit.ts';
import { demandAccess, readField } from './fields.ts';
import type { Admitted } from './identity.ts';

const refused = (errorType: string, message: string): AppsyncPlanned => ({
  type: 'errors',
  errors: [{ errorType: errorType as AppsyncErrorType, message }],
});

/** No topics: every subscription is offered everything, so that the filter alone decides. */
const everywhere = { tenant: '', workflow: '', id: null };

/** Plans a subscription by its own resolver: the filter that it sets, or its error. */
export function createPlan(
  schema: GraphQLSchema,
  admittedBy: (caller: Caller) => Admitted,
  env?: Readonly<Record<string, string>>,
) {
  const plan = ({ query, variables, operationName }: GraphqlRequest, caller: Caller): AppsyncPlanned => {
    const admitted = admittedBy(caller);
    const document = parse(query);
    const [invalid] = validate(schema, document);
    if (invalid) throw invalid;
    const definition = getOperationAST(document, operationName);
    const root = schema.getSubscriptionType();
    const [node, another] = definition?.selectionSet.selections ?? [];
    if (definition?.operation !== 'subscription' || !root || node?.kind !== Kind.FIELD || another)
      return refused('UnsupportedOperation', 'One subscription field is needed.');
    const coerced = getVariableValues(schema, definition.variableDefinitions ?? [], variables ?? {});
    if (coerced.errors) throw coerced.errors[0];
    const field = root.getFields()[node.name.value];
    if (!field) return refused('ValidationError', 'There is no such field.');
    demandAccess(root, field.name, admitted);

    const args = getArgumentValues(field, node, coerced.coerced);
    const resolved = resolverOf(`Subscription.${field.name}`).runLocal({ args, identity: admitted.identity, env });
    if (resolved.type === 'error') return refused(resolved.error.errorType, resolved.error.message);
    if (resolved.data !== null) return refused('InternalFailure', 'The resolver of a subscription must answer null.');
    const filter = (resolved.filter ?? byArguments(args)) as SubscriptionFilter;
    const reason = whyInvalid(filter);
    if (reason !== null) return refused('BadRequestException', reason);
    return {
      type: 'subscription',
      plan: {
        target: everywhere,
        key: '',
        selection: null,
        variables: {},
        render: (payload) => {
          if (!matchesFilter(filter, { ...payload })) return null;
          const operation = { schema, document, variableValues: coerced.coerced, operationName: operationName ?? null };
          const rootValue = { [field.name]: payload };
          return JSON.stringify(execute({ ...operation, rootValue, contextValue: admitted, fieldResolver: readField }));
        },
      },
    };
  };

  return (request: GraphqlRequest, caller: Caller): AppsyncPlanned => {
    try {
      return plan(request, caller);
    } catch (error) {
      if (!(error instanceof GraphQLError)) throw error;
      return refused(String(error.extensions.errorType ?? 'ValidationError'), error.message);
    }
  };
}

/** What AppSync filters by where no filter is set. */
const byArguments = (args: object): unknown => ({
  filterGroup: [{ filters: Object.entries(args).map(([fieldName, value]) => ({ fieldName, operator: 'eq', value })) }],
});

/** Offers each payload to every subscription, as often as it is published: AppSync remembers nothing. */
export function createBroadcast<Rendered>(): Hub<Rendered> {
  const all = new Set<HubSubscription<Rendered>>();
  let delivered = 0;
  return {
    publish(payloads: readonly Update[]) {
      for (const payload of payloads)
        for (const subscription of all) {
          const rendered = subscription.render(payload);
          if (rendered === null) continue;
          delivered += 1;
          subscription.deliver(rendered);
        }
    },
    subscribe: (subscription) => void all.add(subscription),
    unsubscribe: (subscription) => void all.delete(subscription),
    stats: () => ({ topics: 0, subscribers: all.size, delivered, repeated: 0 }),
  };
}
