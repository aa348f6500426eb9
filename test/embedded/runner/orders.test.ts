import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { parseLogEvents } from '../../../core/sources/log-subscription.ts';
import { parseProgress } from '../../../core/sources/progress.ts';
import { parseStatusChange } from '../../../core/sources/status-change.ts';
import { loadWorkflows } from '../../../embedded/workflows/load-workflows.ts';
import type { LoadedWorkflow } from '../../../embedded/workflows/loaded-workflow.ts';
import { endIn, logMessage, progressIn, recordsIn, statusesIn, storyOf } from './support/emitted.ts';
import { openKit } from './support/kit.ts';

const examples = fileURLToPath(new URL('../../../examples', import.meta.url));
let workflows: readonly LoadedWorkflow[] = [];

beforeAll(async () => {
  const loaded = await loadWorkflows(examples);
  expect(loaded.problems).toEqual([]);
  workflows = loaded.workflows;
});

const run = (workflow: string, input: unknown): Promise<readonly unknown[]> =>
  openKit(workflows, { timeScale: 0.01 }).run(input, 'o-1', workflow);

const paid = { error: 'PaymentProcessingError', cause: 'Payment processing failed' };
const stocked = { error: 'InventoryCheckError', cause: 'Inventory check failed or insufficient inventory' };
const shipped = { paid: true, inventoryResult: true, trackingNumber: 'SW-o-1' };

describe('the order workflow', () => {
  it.each([
    ['{}', {}, { status: 'SUCCEEDED', output: { orderId: 'o-1', total: 42, ...shipped } }],
    [
      'its own fields',
      { orderId: 'A', total: 7 },
      { status: 'SUCCEEDED', output: { orderId: 'A', total: 7, ...shipped } },
    ],
    ['no object', 'hello', { status: 'SUCCEEDED', output: { orderId: 'o-1', total: 42, ...shipped } }],
    ['a declined card', { payment: 'declined' }, { status: 'FAILED', ...paid }],
    ['a dead provider', { payment: 'timeout' }, { status: 'FAILED', ...paid }],
    ['nothing in stock', { stock: 'none' }, { status: 'FAILED', ...stocked }],
    ['a dead warehouse', { stock: 'unknown' }, { status: 'FAILED', ...stocked }],
  ])('ends as its README says for %s', async (_, input, expected) => {
    const items = await run('orders', input);
    expect(endIn(items)).toEqual({ error: null, cause: null, output: null, ...expected });
  });

  it('recovers from one time-out 15 s later, shortened by the time scale (S37), without entering the state again', async () => {
    const kit = openKit(workflows, { timeScale: 0.01 });
    const items = await kit.run({ payment: 'timeout-once' }, 'o-1', 'orders');
    expect(endIn(items)).toMatchObject({ status: 'SUCCEEDED' });
    expect(kit.clock.asked.filter((ms) => ms > 100)).toEqual([150]);
    expect(storyOf(items).slice(0, 9)).toEqual([
      'ExecutionStarted',
      'TaskStateEntered ProcessPayment',
      'LambdaFunctionScheduled',
      'LambdaFunctionStarted',
      'LambdaFunctionFailed',
      'LambdaFunctionScheduled',
      'LambdaFunctionStarted',
      'LambdaFunctionSucceeded',
      'TaskStateExited ProcessPayment',
    ]);
  });

  it('waits 15, 30 and 60 s before it gives a dead provider up', async () => {
    const kit = openKit(workflows);
    await kit.run({ payment: 'timeout' }, 'o-1', 'orders');
    expect(kit.clock.asked.filter((ms) => ms > 1000)).toEqual([15_000, 30_000, 60_000]);
  });

  it('reports business progress with percent, message and a sequence that counts up', async () => {
    const reports = progressIn(await run('orders', {}));
    expect(reports[0]).toEqual({ percent: 10, message: 'Charging the card', sequence: 1, redriveCount: 0 });
    expect(reports.map(({ sequence }) => sequence)).toEqual(reports.map((_, index) => index + 1));
    expect(reports.length).toBeGreaterThan(4);
  });
});

describe('the parcel workflow', () => {
  it.each([
    [{}, { status: 'SUCCEEDED', output: { parcel: 'o-1', courier: 'Pigeon Post', items: 3, express: false } }],
    [
      { items: ['a', 'b'], express: true },
      { status: 'SUCCEEDED', output: { parcel: 'o-1', courier: 'Pigeon Post', items: 2, express: true } },
    ],
    [{ courier: 'busy-once' }, { status: 'SUCCEEDED' }],
    [{ courier: 'busy' }, { status: 'FAILED', error: 'NoCourier', cause: 'No courier could be booked' }],
  ])('ends as its README says for %j', async (input, expected) => {
    expect(endIn(await run('parcel', input))).toMatchObject(expected);
  });
});

describe.each([
  ['orders', {}],
  ['orders', { payment: 'timeout-once' }],
  ['orders', { stock: 'none' }],
  ['parcel', {}],
  ['parcel', { courier: 'busy' }],
])('everything %s emits for %j', (workflow, input) => {
  it('has contiguous history ids from 1, and each record comes after the one it names before it', async () => {
    const records = recordsIn(await run(workflow, input));
    expect(records.map(({ id }) => Number(id))).toEqual(records.map((_, index) => index + 1));
    for (const record of records) expect(Number(record.previous_event_id)).toBeLessThan(Number(record.id));
  });

  it('begins with RUNNING and ends with the terminal status, with nothing after it', async () => {
    const items = await run(workflow, input);
    const statuses = statusesIn(items);
    expect(statuses).toHaveLength(2);
    expect(statuses[0]?.status).toBe('RUNNING');
    expect(statusesIn([items.at(0), items.at(-1)])).toEqual(statuses);
  });

  it('is taken by the parsers of the three sources', async () => {
    for (const item of await run(workflow, input)) {
      const logs = logMessage(item);
      const type = (item as { 'detail-type'?: string })['detail-type'];
      const parsed =
        logs !== null
          ? parseLogEvents(logs)
          : [type === 'Statuswire Progress' ? parseProgress(item) : parseStatusChange(item)];
      expect(parsed.filter((answer) => answer.type === 'rejected')).toEqual([]);
    }
  });
});
