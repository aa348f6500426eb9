import { SQSClient } from '@aws-sdk/client-sqs';
import { clientDefaults } from '../../aws/lambda/client-defaults.ts';
import { layFoundation } from '../../aws/lambda/foundation.ts';
import { createHandler } from '../../aws/lambda/handler.ts';
import { createSqsBatch, done, takeEach } from '../../aws/lambda/sqs-batch.ts';
import { createQueue } from '../../aws/sqs/queue.ts';
import { createSfnClient } from '../../aws/step-functions/client.ts';
import { createExecutions } from '../../aws/step-functions/executions.ts';
import { readStart } from './aws-message.ts';
import { createStart } from './start.ts';

const foundation = layFoundation('intake');
const { environment, telemetry, ports, workflows, now, newId } = foundation;

const start = createStart({
  appender: foundation.appender(),
  intakes: ports.intakes,
  executions: createExecutions({
    client: createSfnClient(),
    workflows,
    place: environment.text('place'),
    now,
    newId,
  }),
  deadLetters: ports.deadLetters,
  rulesOf: workflows.rulesOf,
  now,
  newId,
});

export const handler = createHandler(
  telemetry,
  createSqsBatch({
    take: takeEach(async ({ body }) => {
      const key = readStart(body);
      if (!key) return { type: 'poison', reason: 'the message names no execution: {"workflow","id"} was expected' };
      await start(key);
      return done;
    }),
    deadLetters: createQueue(new SQSClient(clientDefaults), environment.text('deadLetterQueue')),
    telemetry,
  }),
);
