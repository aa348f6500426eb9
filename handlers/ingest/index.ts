import { SQSClient } from '@aws-sdk/client-sqs';
import type { CloudWatchLogsEvent, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { clientDefaults } from '../../aws/lambda/client-defaults.ts';
import { layFoundation } from '../../aws/lambda/foundation.ts';
import { createHandler } from '../../aws/lambda/handler.ts';
import { createSqsBatch, done } from '../../aws/lambda/sqs-batch.ts';
import { createQueue } from '../../aws/sqs/queue.ts';
import { createSoon } from '../../aws/sqs/soon.ts';
import { createSfnClient } from '../../aws/step-functions/client.ts';
import { createExecutions } from '../../aws/step-functions/executions.ts';
import { createAwsBatch } from './aws-batch.ts';
import { createIngest } from './ingest.ts';
import { createSettle } from './settle.ts';

const foundation = layFoundation('ingest');
const { environment, telemetry, ports, workflows, now, newId } = foundation;
const { log, bindings, deadLetters } = ports;
const { rulesOf } = workflows;

const sqs = new SQSClient(clientDefaults);
const soon = createSoon(createQueue(sqs, environment.text('ingestQueue')), now);
const appender = foundation.appender(soon.timers);
const executions = createExecutions({
  client: createSfnClient(),
  workflows,
  place: environment.text('place'),
  now,
  newId,
});
const ingest = createIngest({ appender, bindings, deadLetters, rulesOf, now, newId });
const onRejected = (count: number): void => telemetry.measure('DeadLetters', count);
const batch = createAwsBatch({
  ingest,
  settle: createSettle({
    ...{ log, appender, executions, deadLetters, rulesOf, now, newId },
    onLost: () => telemetry.measure('Repairs', 1),
  }),
  onLookFailed: (error, { workflow, id }) =>
    telemetry.warn('an execution could not be looked at; the reconciler tries again', { workflow, id, error }),
  onRejected,
});

const answerQueue = createSqsBatch({
  async take(messages) {
    const outcomes = await batch(messages.map(({ body }) => body));
    return outcomes.map((outcome) => (outcome ? { type: 'failed', error: outcome.error } : done));
  },
  deadLetters: createQueue(sqs, environment.text('deadLetterQueue')),
  telemetry,
});

async function answer(event: SQSEvent | CloudWatchLogsEvent): Promise<SQSBatchResponse | undefined> {
  try {
    if ('Records' in event) return await answerQueue(event);
    // Invoked by CloudWatch Logs itself: what is thrown makes Lambda repeat the whole payload.
    const { rejected } = await ingest([event]);
    onRejected(rejected.length);
    return undefined;
  } finally {
    await soon.flush().catch((error) => telemetry.warn('a look is left to the reconciler', { error }));
  }
}

export const handler = createHandler(telemetry, answer);
