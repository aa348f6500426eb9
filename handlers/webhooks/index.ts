import { SQSClient } from '@aws-sdk/client-sqs';
import type { SQSEvent } from 'aws-lambda';
import { clientDefaults } from '../../aws/lambda/client-defaults.ts';
import { layGround } from '../../aws/lambda/ground.ts';
import { createHandler } from '../../aws/lambda/handler.ts';
import { createSqsBatch } from '../../aws/lambda/sqs-batch.ts';
import { createQueue } from '../../aws/sqs/queue.ts';
import { createLeanSender } from '../egress/lean-sender.ts';
import { createConsumer } from './consume.ts';
import { createDeliverer } from './deliver.ts';
import { createFanOut } from './fan-out.ts';

/** Left for the request under way (15 s) and what is stored after it. Milliseconds. */
const reserveMs = 20_000;

const { environment, telemetry, ports, now } = layGround('webhooks');
const { log, endpoints, deliveries } = ports;
const sqs = new SQSClient({ ...clientDefaults });
const own = createQueue(sqs, environment.text('webhookQueue'));

const consume = createConsumer({
  fanOut: createFanOut({ endpoints, deliveries, clock: now }),
  deliverer: createDeliverer({
    log,
    endpoints,
    deliveries,
    send: createLeanSender({ allow: environment.list('webhookAllow') }).send,
    clock: now,
    random: Math.random,
    onAttempt: ({ accepted }) => telemetry.measure(accepted ? 'DeliveriesSucceeded' : 'DeliveriesFailed', 1),
  }),
  send: (messages) => own.send(messages),
  clock: now,
});
const deadLetters = createQueue(sqs, environment.text('deadLetterQueue'));

/** Consumes the queue that wakes the webhook sender. */
export const handler = createHandler(telemetry, (event: SQSEvent, context) => {
  const soon = AbortSignal.timeout(Math.max(0, context.getRemainingTimeInMillis() - reserveMs));
  const take = (messages: readonly { readonly body: string }[]) =>
    consume(
      messages.map(({ body }) => body),
      { soon },
    );
  return createSqsBatch({ take, deadLetters, telemetry })(event);
});
