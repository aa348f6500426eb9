import { SQSClient } from '@aws-sdk/client-sqs';
import { clientDefaults } from '../../aws/lambda/client-defaults.ts';
import { layFoundation } from '../../aws/lambda/foundation.ts';
import { createHandler } from '../../aws/lambda/handler.ts';
import { createManagementClient } from '../../aws/sockets/client.ts';
import { createSockets } from '../../aws/sockets/sockets.ts';
import { createQueue } from '../../aws/sqs/queue.ts';
import { createSfnClient } from '../../aws/step-functions/client.ts';
import { createExecutions } from '../../aws/step-functions/executions.ts';
import { createListExecutions } from '../../aws/step-functions/list-executions.ts';
import { createSettle } from '../ingest/settle.ts';
import { createConnectionSweep } from '../websocket/sweep.ts';
import { createDueHeads } from './due-heads.ts';
import { createListing } from './listing.ts';
import { type Chore, createReconcile } from './reconcile.ts';
import { createRequeueDeliveries, createRequeueIntakes, type SendAll } from './requeue.ts';
import { sinceOf } from './since.ts';
import { createTakeIn } from './take-in.ts';
import { createUntilDone } from './until-done.ts';

/** Left for what is under way when the time is up. Milliseconds. */
const reserveMs = 10_000;
/** Of one kind, before the next kind has its turn. */
const atATime = 100;

const foundation = layFoundation('reconcile');
const { environment, telemetry, ports, workflows, now, newId } = foundation;
const { log, deadLetters, deliveries, intakes, connections, marks } = ports;
const { rulesOf } = workflows;

const sqs = new SQSClient(clientDefaults);
const sendTo = (queueUrl: string): SendAll => {
  const queue = createQueue(sqs, queueUrl);
  return (bodies) => queue.send(bodies.map((body) => ({ body })));
};
const sfn = createSfnClient();
const executions = createExecutions({ client: sfn, workflows, place: environment.text('place'), now, newId });
const appender = foundation.appender();

const repaired = (): void => telemetry.measure('Repairs', 1);
const onError = (error: unknown, { workflow, id }: { readonly workflow: string; readonly id: string }): void =>
  telemetry.warn('an execution could not be looked at; it is tried again', { workflow, id, error });

const parts = { log, appender, executions, rulesOf, now, onError };
const settle = createSettle({ ...parts, deadLetters, newId, onLost: repaired });

function closing(url: string): Chore {
  const sockets = createSockets({
    client: createManagementClient(url),
    report: (error) => telemetry.warn('a connection could not be closed', { error }),
  });
  const sweep = createConnectionSweep({ connections, sockets });
  return { name: 'expired connections', run: createUntilDone(() => sweep(now(), atATime)) };
}

const delivering = (queueUrl: string): Chore => ({
  name: 'due deliveries',
  run: createRequeueDeliveries({
    deliveries,
    send: sendTo(queueUrl),
    onOldest: (seconds) => telemetry.measure('OldestUndeliveredSeconds', seconds),
    now,
  }),
});
const managementUrl = environment.optional('managementUrl');
const webhookQueue = environment.optional('webhookQueue');

const reconcileSince = (since: number) =>
  createReconcile({
    dueHeads: createDueHeads({ ...parts, settle }),
    listing: createListing({
      list: createListExecutions(sfn),
      takeIn: createTakeIn({ ...parts, since, onRepair: repaired }),
      marks,
      since,
      now,
    }),
    machines: [...workflows.standard.values()],
    chores: [
      {
        name: 'pending starts',
        run: createRequeueIntakes({ intakes, send: sendTo(environment.text('startQueue')), now }),
      },
      ...(webhookQueue === null ? [] : [delivering(webhookQueue)]),
      { name: 'expired logs', run: createUntilDone(() => ports.expireLogs(now(), atATime)) },
      ...(managementUrl === null ? [] : [closing(managementUrl)]),
    ],
    now,
    onTrouble: (chore, error) => telemetry.warn('a part of the run stopped; the next run goes on', { chore, error }),
  });

const given = environment.optional('since') === null ? null : environment.number('since', 0);
/** Kept, because it remembers which machine's turn is next. */
let reconcile: ReturnType<typeof createReconcile> | null = null;

/** Every minute, by schedule. */
export const handler = createHandler(telemetry, async (_event: unknown, context) => {
  reconcile ??= reconcileSince(await sinceOf(marks, given, now));
  await reconcile(now() + context.getRemainingTimeInMillis() - reserveMs);
});
