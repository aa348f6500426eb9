import type { Context } from 'aws-lambda';
import type { Telemetry } from './telemetry.ts';

/**
 * What Lambda calls: `work`, with its log lines marked by the invocation and its metrics written at the end, come what
 * may. An error is logged, once, and thrown on: the event source then repeats the event.
 */
export function createHandler<Event, Answer>(
  telemetry: Telemetry,
  work: (event: Event, context: Pick<Context, 'awsRequestId' | 'getRemainingTimeInMillis'>) => Promise<Answer>,
) {
  return async (event: Event, context: Pick<Context, 'awsRequestId' | 'getRemainingTimeInMillis'>): Promise<Answer> => {
    telemetry.begin(context.awsRequestId);
    try {
      return await work(event, context);
    } catch (error) {
      telemetry.error('the invocation failed; its event is repeated', { error });
      throw error;
    } finally {
      telemetry.publish();
    }
  };
}
