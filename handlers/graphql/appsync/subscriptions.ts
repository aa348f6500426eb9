import type { Caller } from '../../../core/access.ts';
import type { Render } from '../../subscriptions/fit-rendering.ts';
import type { Graphql, GraphqlRequest } from '../graphql.ts';
import type { Selection } from '../selections.ts';
import type { Target } from '../subscription-plan.ts';
import { callerFilter } from './caller-filter.ts';
import { type AppsyncError, toAppsyncErrors } from './errors.ts';
import { whyInvalid } from './filter.ts';
import { matchesFilter } from './match-filter.ts';
import { publishMutation } from './publish-mutation.ts';
import { createPublished, type Published } from './published.ts';

/** A subscription that delivers as AppSync does. */
export interface AppsyncPlan {
  readonly target: Target;
  /** Plans with one key and one target render every update alike. */
  readonly key: string;
  /** What stands in `payload` of a `data` message; null where the filter keeps the update back. */
  readonly render: Render;
  /** What many plans have in common; null where that is unknown. */
  readonly selection: Selection | null;
  /** As the operation was given them. */
  readonly variables: object;
}

export type AppsyncPlanned =
  | { readonly type: 'subscription'; readonly plan: AppsyncPlan }
  | { readonly type: 'errors'; readonly errors: readonly AppsyncError[] };

export interface AppsyncSubscriptionsOptions {
  readonly graphql: Graphql;
  /** What the publisher selects. @default every field, `publishMutation` */
  readonly mutation?: string;
  /** The filter of a subscription; null when it is refused. @default `callerFilter` */
  readonly filterOf?: typeof callerFilter;
}

/**
 * Plans subscriptions as AppSync runs them: what is published is the mutation's selection of an update, which has to pass
 * the filter built from the caller's claims, and the subscriber's own selection is made of what is left. A filter that
 * AppSync would not take refuses the subscription, as there.
 */
export function createAppsyncSubscriptions({
  graphql,
  mutation = publishMutation,
  filterOf = callerFilter,
}: AppsyncSubscriptionsOptions): (request: GraphqlRequest, caller: Caller) => AppsyncPlanned {
  const published: Published = createPublished(graphql.schema, mutation);
  return (request, caller) => {
    const prepared = graphql.prepare(request, caller);
    if (prepared.type === 'errors') return { type: 'errors', errors: toAppsyncErrors(prepared.errors) };
    if (prepared.type === 'query') return refused('UnsupportedOperation', 'Queries go by HTTP, not by this channel.');
    const { target, args, selection, variables } = prepared.plan;
    const filter = filterOf(caller, args);
    if (!filter) return refused('Unauthorized', 'These credentials do not allow this subscription.');
    const reason = whyInvalid(filter);
    if (reason !== null) return refused('BadRequestException', reason);
    return {
      type: 'subscription',
      plan: {
        target,
        key: `appsync:${JSON.stringify(filter)}${selection.key}`,
        selection,
        variables,
        render: (update, most) => {
          const payload = published(update);
          return matchesFilter(filter, payload) ? selection.render(payload, most) : null;
        },
      },
    };
  };
}

function refused(errorType: AppsyncError['errorType'], message: string): AppsyncPlanned {
  return { type: 'errors', errors: [{ errorType, message }] };
}
