import { afterEach, describe, expect, it } from 'vitest';
import {
  awslogs,
  executionArn,
  historyRecord,
  machineArn,
  progressEvent,
  startDate,
  statusChange,
} from '../../support/aws-shapes.ts';
import { type IngestKit, type IngestKitOptions, ingestKit } from '../../support/ingest-kit.ts';

const key = { workflow: 'orders', id: 'order-1042' };
let kit: IngestKit;
const open = async (options: IngestKitOptions = {}): Promise<IngestKit> => {
  kit = await ingestKit(options);
  return kit;
};
afterEach(() => kit.close());

const events = [
  statusChange(),
  awslogs([
    historyRecord({ historyId: 1, type: 'ExecutionStarted', details: {} }),
    historyRecord({ historyId: 2, state: 'ProcessPayment' }),
    historyRecord({ historyId: 3, type: 'TaskStateExited', state: 'ProcessPayment' }),
    historyRecord({ historyId: 4, state: 'CheckInventory' }),
  ]),
  progressEvent({ percent: 50, message: 'Packing', sequence: 1, at: startDate + 500 }),
  statusChange({ status: 'SUCCEEDED' }),
];

describe('ingest', () => {
  it('S25: takes events and log records of a workflow nobody configured', async () => {
    const { ingest, read } = await open();
    for (const event of events) expect(await ingest([event])).toEqual({ accepted: 1, rejected: [] });
    const updates = await read(key);
    expect(updates.map(({ seq, kind, status, state }) => [seq, kind, status, state])).toEqual([
      [1, 'status', 'RUNNING', null],
      [2, 'state', 'RUNNING', 'ProcessPayment'],
      [3, 'state', 'RUNNING', 'CheckInventory'],
      [4, 'progress', 'RUNNING', 'CheckInventory'],
      [5, 'status', 'SUCCEEDED', 'CheckInventory'],
    ]);
    expect(updates.at(-1)).toMatchObject({ output: null, outputOmitted: false, tenant: 'default', done: true });
  });

  it('S25: the same events again, in another order, change nothing', async () => {
    const { ingest, read } = await open();
    await ingest(events);
    const before = await read(key);
    expect(await ingest([...events].reverse())).toEqual({ accepted: 4, rejected: [] });
    expect(await read(key)).toEqual(before);
  });

  it('G10: a bad item is told by index and kept with its reason; the others are taken', async () => {
    const { ingest, read, store } = await open();
    const bad = [
      null,
      { 'detail-type': 'Something Else', source: 'x' },
      statusChange({ status: 'EXPLODED' }),
      { awslogs: { data: '%%%' } },
    ];
    const result = await ingest([...bad, statusChange()]);
    expect(result.accepted).toBe(1);
    expect(result.rejected.map((one) => one.index)).toEqual([0, 1, 2, 3]);
    expect(result.rejected[2]?.reason).toContain('EXPLODED');
    expect(await read(key)).toHaveLength(1);
    const { letters } = await store.deadLetters.list(null, 10);
    expect(letters.map((letter) => letter.reason).sort()).toEqual(result.rejected.map((one) => one.reason).sort());
  });

  it('G10: a payload that unpacks to far more than AWS would send is refused, not unpacked', async () => {
    const { ingest } = await open();
    const { rejected } = await ingest([awslogs([historyRecord({ details: { name: 'x'.repeat(9 * 1024 * 1024) } })])]);
    expect(rejected).toHaveLength(1);
  });

  it('S1: events of another state machine under a bound name are dead-lettered', async () => {
    const { ingest, store } = await open();
    await ingest([statusChange()]);
    const elsewhere = executionArn('orders', 'order-1042').replace('eu-west-1', 'us-east-1');
    const stranger = statusChange({ status: 'FAILED', detail: { executionArn: elsewhere } });
    const { rejected } = await ingest([{ ...stranger, region: 'us-east-1' }]);
    expect(rejected[0]?.reason).toContain('bound to');
    expect((await store.deadLetters.list(null, 10)).letters).toHaveLength(1);
  });

  it('S11: progress binds no name; what AWS itself tells does, and progress is taken from then on', async () => {
    const { ingest, store, read } = await open();
    const foreign = progressEvent({ percent: 1 });
    const { rejected } = await ingest([foreign]);
    expect(rejected[0]?.reason).toContain('not bound to a state machine yet, and progress binds none');
    expect(await store.bindings.find('orders')).toBeNull();
    expect(await ingest([statusChange(), progressEvent({ percent: 2 })])).toEqual({ accepted: 2, rejected: [] });
    expect(await store.bindings.find('orders')).toBe(machineArn('orders'));
    expect((await read(key)).at(-1)?.progress).toMatchObject({ percent: 2 });
  });

  it('S1: a name that was freed is bound by the next event', async () => {
    const { ingest, store } = await open();
    await store.bindings.bind('orders', 'arn:aws:states:eu-west-1:999999999999:stateMachine:orders');
    expect((await ingest([statusChange()])).rejected).toHaveLength(1);
    expect(await store.bindings.unbind('orders')).toBe(true);
    expect(await ingest([statusChange()])).toEqual({ accepted: 1, rejected: [] });
    expect(await store.bindings.find('orders')).toBe(machineArn('orders'));
  });

  it('S1: the configured state machine wins over the first seen', async () => {
    const { ingest } = await open({
      rules: { orders: { machineArn: 'arn:aws:states:eu-west-1:1:stateMachine:orders' } },
    });
    expect((await ingest([statusChange()])).rejected).toHaveLength(1);
  });

  it('S14: what the projection does not name is nowhere in the database', async () => {
    const { ingest, read, store } = await open({ rules: { orders: { expose: { total: '$.order.total' } } } });
    const secret = 'card-4111';
    const output = JSON.stringify({ order: { total: 42 }, card: secret });
    await ingest([
      statusChange({ input: JSON.stringify({ card: secret }) }),
      statusChange({ status: 'SUCCEEDED', output, cause: null }),
    ]);
    expect((await read(key)).at(-1)?.output).toEqual({ total: 42 });
    const dump = await store.writer.write((db) =>
      db
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'table'")
        .all()
        .map(({ name }) => db.prepare(`SELECT * FROM "${String(name)}"`).all()),
    );
    expect(JSON.stringify(dump)).not.toContain(secret);
  });

  it('S33: everything that arrives together is one commit', async () => {
    const { ingest, store } = await open();
    await store.writer.write(() => undefined);
    await store.bindings.bind('orders', machineArn('orders'));
    await ingest([statusChange({ id: 'warm' })]);
    const before = store.writer.stats.commits;
    await Promise.all(Array.from({ length: 100 }, (_, index) => ingest([statusChange({ id: `order-${index}` })])));
    expect(store.writer.stats.commits - before).toBeLessThanOrEqual(3);
  });
});
