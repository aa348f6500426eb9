import { type Context, type LambdaRequest, runtime, util } from '@aws-appsync/utils';
import { callerOf } from './caller.ts';
import { mayRead } from './may-read.ts';

/** Arguments of both queries. */
interface QueryArgs {
  readonly workflow: string;
  readonly id: string;
}

/** What the service's Lambda answers (`handlers/graphql/appsync/query-resolver.ts`). */
export interface QueryAnswer {
  readonly type?: string;
  readonly data?: unknown;
  readonly errorType?: string;
  readonly message?: string;
}

/**
 * Asks the service what a query field is for this caller. An execution that the token does not name is answered like one
 * that does not exist (S26), at once: the Lambda could say nothing else.
 */
export function ask(field: 'status' | 'updates', ctx: Context<QueryArgs>): LambdaRequest {
  const { caller, text } = callerOf(ctx);
  if (!mayRead(caller, ctx.args.workflow, ctx.args.id)) {
    if (caller.type === 'key') util.error('The key lacks the scope read.', 'Unauthorized');
    runtime.earlyReturn(null);
  }
  return { operation: 'Invoke', payload: { field, args: ctx.args, caller: text } };
}

/** The answer, or its error. What a Lambda says when it falls is for nobody outside (S26). */
export function answer(ctx: Context): unknown {
  if (ctx.error) util.error('The service cannot answer now. Try again later.', 'ServiceUnavailableException');
  const result = ctx.result as QueryAnswer | null;
  if (result?.type === 'data') return result.data;
  if (result?.type === 'error') util.error(result.message ?? '', result.errorType);
  util.error('The service gave no answer.', 'InternalFailure');
}
