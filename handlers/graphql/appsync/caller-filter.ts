import { type Caller, mayRead } from '../../../core/access.ts';
import type { StatusChangedArgs } from '../subscription-plan.ts';
import type { SubscriptionFilter } from './filter.ts';

/**
 * The enhanced filter of a subscription, from the caller's claims and its arguments; AppSync lets it take precedence over
 * filtering by arguments, so all that counts must be in it. Without `id`: all of the caller's executions of the workflow.
 * With `id: null`, as AppSync treats a null argument: those whose `id` is null, which is none.
 *
 * @returns null when this caller may not subscribe to that at all (S28).
 */
export function callerFilter(caller: Caller, args: StatusChangedArgs): SubscriptionFilter | null {
  const { workflow, id } = args;
  if (!mayRead(caller, workflow, id ?? null)) return null;
  return {
    filterGroup: [
      {
        filters: [
          { fieldName: 'tenant', operator: 'eq', value: caller.tenant },
          { fieldName: 'workflow', operator: 'eq', value: workflow },
          ...(id === undefined ? [] : [{ fieldName: 'id', operator: 'eq', value: id } as const]),
        ],
      },
    ],
  };
}
