import type { Context, LambdaRequest } from '@aws-appsync/utils';
import { answer, ask } from './shared/ask-service.ts';

/** The latest update; data source: the service's Lambda. */
export function request(ctx: Context): LambdaRequest {
  return ask('status', ctx);
}

export function response(ctx: Context): unknown {
  return answer(ctx);
}
