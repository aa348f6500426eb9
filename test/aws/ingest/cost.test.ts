import { expect, it } from 'vitest';
import { layFoundation } from '../../../aws/lambda/foundation.ts';
import { variables } from '../../../aws/lambda/variables.ts';
import { createAwsBatch } from '../../../handlers/ingest/aws-batch.ts';
import { createIngest } from '../../../handlers/ingest/ingest.ts';
import { awslogs, historyRecord, progressEvent, statusChange } from '../../support/aws-shapes.ts';
import { fakeTable } from '../lambda/fake-table.ts';
import { fakeTelemetry } from '../lambda/support.ts';

const place = 'arn:aws:states:eu-west-1:111122223333';
const ids = Array.from({ length: 8 }, (_, n) => n + 1);
const ten = [
  statusChange(),
  ...ids.map((n) => progressEvent({ percent: n * 10, sequence: n, eventId: `report-${n}` })),
  statusChange({ status: 'SUCCEEDED' }),
];

function bench() {
  const table = fakeTable();
  const foundation = layFoundation('ingest', {
    source: { [variables.table]: 'statuswire', [variables.place]: place },
    readText: () => JSON.stringify({ orders: { config: {} } }),
    client: table.client,
    telemetry: fakeTelemetry(),
  });
  const { ports, workflows, now, newId } = foundation;
  const { bindings, deadLetters } = ports;
  const ingest = createIngest({
    ...{ appender: foundation.appender(), bindings, deadLetters, now, newId },
    rulesOf: workflows.rulesOf,
  });
  const batch = createAwsBatch({ ingest, settle: async () => {}, onLookFailed: () => {}, onRejected: () => {} });
  return { table, ports, ingest, batch };
}

it('a full batch of ten events of one execution is one read and one transaction', async () => {
  const { table, ports, batch } = bench();
  expect(await batch(ten.map((event) => JSON.stringify(event)))).toEqual(ten.map(() => null));
  expect(table.calls).toEqual(['BatchGetCommand', 'TransactWriteCommand']);
  const [head] = await ports.log.load([{ workflow: 'orders', id: 'order-1042' }]);
  expect(head).toMatchObject({ seq: 10, last: { status: 'SUCCEEDED' } });
});

it('so is a payload of log records; and ten events that came before are one read alone', async () => {
  const { table, ingest, batch } = bench();
  const records = ids.map((n) => historyRecord({ historyId: n + 1, state: `Step ${n}` }));
  await ingest([statusChange(), awslogs(records)]);
  expect(table.calls).toEqual(['BatchGetCommand', 'TransactWriteCommand']);
  await batch(ten.map((event) => JSON.stringify(event)));
  table.calls.length = 0;
  await batch(ten.map((event) => JSON.stringify(event)));
  expect(table.calls).toEqual(['BatchGetCommand']);
});
