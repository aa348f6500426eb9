import { type Context, extensions, type NONERequest, type SubscriptionFilterObject, util } from '@aws-appsync/utils';
import { isName, nameRule } from '../core/names.ts';
import { callerOf } from './shared/caller.ts';
import { mayRead } from './shared/may-read.ts';

interface Args {
  readonly workflow: string;
  readonly id?: string | null;
}

/** What an update is filtered by. */
interface Filtered {
  readonly tenant: string;
  readonly workflow: string;
  readonly id: string;
}

/** Data source: none. */
export function request(): NONERequest {
  return { payload: null };
}

/**
 * Decides what a subscription carries, from the caller's claims: its tenant's executions of the workflow, one of them where
 * `id` is given. The enhanced filter takes precedence over filtering by arguments, so all that counts is in it. One
 * condition per field: two on one field would be alternatives (AppSync Developer Guide, `util.transform`).
 */
export function response(ctx: Context<Args>): null {
  const { caller } = callerOf(ctx);
  const { workflow, id } = ctx.args;
  const given = id ?? null;
  if (!isName(workflow) || (given !== null && !isName(given)))
    util.error(`workflow and id must have ${nameRule}.`, 'BadRequestException');
  if (!mayRead(caller, workflow, given)) {
    const named = caller.type === 'token' && caller.grant.type === 'executions';
    util.error(
      named && given === null
        ? 'This token names executions: subscribe with an id.'
        : 'These credentials do not allow this subscription.',
      'Unauthorized',
    );
  }
  const whole: SubscriptionFilterObject<Filtered> = { tenant: { eq: caller.tenant }, workflow: { eq: workflow } };
  // Left out means all; null means none (as AppSync treats null arguments), but a filter knows no null, and no id is ''.
  const filter: SubscriptionFilterObject<Filtered> = id === undefined ? whole : { ...whole, id: { eq: given ?? '' } };
  extensions.setSubscriptionFilter(util.transform.toSubscriptionFilter<Filtered>(filter));
  return null;
}
