import type { Context, LambdaRequest } from '@aws-appsync/utils';
import { answer, ask } from './shared/ask-service.ts';

/** What follows a cursor (S20); data source: the service's Lambda. */
export function request(ctx: Context): LambdaRequest {
  return ask('updates', ctx);
}

export function response(ctx: Context): unknown {
  return answer(ctx);
}
