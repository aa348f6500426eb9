import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { markerMs } from '../../../core/limits.ts';
import type { Description, Executions, LogKey, RedriveOutcome } from '../../../core/ports.ts';
import { defaultRules } from '../../../core/workflow-rules.ts';
import { createAppender } from '../../../handlers/ingest/append.ts';
import { createAccept } from '../../../handlers/intake/accept.ts';
import { createOperations, type Operations } from '../../../handlers/operations/operations.ts';
import { type StatusChangeOptions, startDate, statusChange } from '../../support/aws-shapes.ts';
import { eventually } from '../../support/eventually.ts';
import { type IngestKit, ingestKit } from '../../support/ingest-kit.ts';

const key = { workflow: 'orders', id: 'order-1042' };
const neighbour = { workflow: 'orders', id: 'order-1043' };
const rulesOf = () => defaultRules;
let kit: IngestKit;
let operations: Operations;
/** What DescribeExecution answers. */
let described: Description;
const describedAs = (options: StatusChangeOptions): Description => ({
  type: 'described',
  event: JSON.parse(JSON.stringify(statusChange(options))),
});
let redrives: () => Promise<RedriveOutcome>;

beforeEach(async () => {
  kit = await ingestKit();
  const { appender, ingest, store } = kit;
  const { log, deadLetters } = store;
  described = { type: 'impossible', reason: 'runs elsewhere' };
  redrives = async () => ({ type: 'refused', reason: 'unused' });
  const executions: Pick<Executions, 'describe' | 'redrive'> = {
    describe: async () => described,
    redrive: () => redrives(),
  };
  operations = createOperations({ log, appender, ingest, deadLetters, executions, now: () => kit.now });
});
afterEach(() => kit.close());

async function run({ id }: LogKey, end: 'SUCCEEDED' | 'FAILED' | null): Promise<void> {
  await kit.ingest([statusChange({ id }), ...(end ? [statusChange({ id, status: end })] : [])]);
}

/** Everything that is stored about an execution beside its log. */
async function surround({ workflow, id }: LogKey): Promise<void> {
  const { store, now } = kit;
  const endpoint = { tenant: 'default', url: 'https://example.com/', filter: {}, secret: 's', createdAt: 0 };
  await store.endpoints.put({ id: 'ep_1', ...endpoint, description: '' });
  await store.deliveries.wake([{ endpointId: 'ep_1', tenant: 'default', workflow, id }], now);
  const body = JSON.stringify({ input: 'private' });
  await store.deadLetters.add([{ id: `L-${id}`, at: 1, reason: 'r', source: 'intake', key: { workflow, id }, body }]);
  await store.writer.write((db) => {
    const json = JSON.stringify({ workflow, id });
    db.prepare('INSERT INTO intakes VALUES (?, ?, ?)').run(workflow, id, json);
    db.prepare('INSERT INTO idempotency VALUES (?, ?, ?, ?)').run('default', `k-${id}`, now + 1_000, json);
  });
}

const rowsOf = ({ id }: LogKey) =>
  kit.store.writer.write((db) =>
    ['updates', 'intakes', 'idempotency', 'dead_letters', 'deliveries'].flatMap((table) =>
      db
        .prepare(`SELECT * FROM ${table}`)
        .all()
        .filter((row) => JSON.stringify(row).includes(id))
        .map(() => table),
    ),
  );

describe('S4: forget', () => {
  it('removes everything about the execution, and nothing about another', async () => {
    for (const each of [key, neighbour]) {
      await run(each, 'SUCCEEDED');
      await surround(each);
    }
    const others = await rowsOf(neighbour);
    expect(new Set(await rowsOf(key))).toEqual(new Set(others));
    expect(await operations.forget(key)).toBe('forgotten');
    expect((await rowsOf(key)).filter((table) => table !== 'updates')).toEqual([]);
    await eventually(async () => expect(await rowsOf(key)).toEqual([]));
    expect(await rowsOf(neighbour)).toEqual(others);
    const [head] = await kit.store.log.load([key]);
    expect(head).toMatchObject({ last: null, goneUntil: kit.now + markerMs });
    expect((await kit.store.log.list('default', {}, null, 10, kit.now)).updates.map(({ id }) => id)).toEqual([
      neighbour.id,
    ]);
  });

  it('refuses one that is open, and what is not there or gone already', async () => {
    await run(key, null);
    expect(await operations.forget(key)).toBe('open');
    expect(await operations.forget(neighbour)).toBe('absent');
    await run(key, 'FAILED');
    expect(await operations.forget(key)).toBe('forgotten');
    expect(await operations.forget(key)).toBe('absent');
  });

  it('drops later facts of the run for 90 days, and keeps the name taken', async () => {
    await run(key, 'FAILED');
    await operations.forget(key);
    await kit.ingest([
      statusChange({ redriveCount: 1 }),
      statusChange({ status: 'FAILED' }),
      statusChange({ startDate: startDate - 5_000 }),
    ]);
    expect(await kit.read(key)).toEqual([]);
    const { appender, store } = kit;
    const accept = createAccept({
      ...{ appender, intakes: store.intakes, rulesOf, workflowExists: () => true },
      ...{ now: () => kit.now, newId: () => 'x' },
    });
    const start = () => accept({ ...key, tenant: 'default', input: '{}', idempotencyKey: null, fingerprint: 'f' });
    expect(await start()).toEqual({ type: 'taken' });
    kit.now += markerMs;
    expect(await start()).toEqual({ type: 'accepted', id: key.id });
  });

  it('and a redrive of the same execution take turns: the one that came first wins, the other is told', async () => {
    await run(key, 'FAILED');
    const begun = Promise.withResolvers<RedriveOutcome>();
    redrives = () => begun.promise;
    const redriving = operations.redrive(key);
    const forgetting = operations.forget(key);
    // The new attempt has begun where it runs; its log is told only now.
    begun.resolve({ type: 'redriven', redriveCount: 1, redriveDate: startDate + 5_000 });
    expect(await redriving).toMatchObject({ type: 'redriven' });
    expect(await forgetting).toBe('open');
    expect((await kit.read(key)).at(-1)).toMatchObject({ status: 'RUNNING', redriveCount: 1 });

    await run(neighbour, 'FAILED');
    const both = await Promise.all([operations.forget(neighbour), operations.redrive(neighbour)]);
    expect(both).toEqual(['forgotten', { type: 'absent' }]);
  });

  it('refuses what has been redriven although its log does not know yet, as after a crash', async () => {
    await run(key, 'FAILED');
    described = describedAs({ redriveCount: 1 });
    expect(await operations.forget(key)).toBe('open');
    described = describedAs({ status: 'FAILED', redriveCount: 1 });
    expect(await operations.forget(key)).toBe('forgotten');
  });

  it('S33: is decided over what is stored: a redrive that comes first wins', async () => {
    await run(key, 'FAILED');
    const { log } = kit.store;
    let raced = false;
    const commit: typeof log.commit = async (changes) => {
      if (!raced && changes.some(({ head }) => head.goneUntil !== null)) {
        raced = true;
        await kit.ingest([statusChange({ redriveCount: 1 })]);
      }
      return log.commit(changes);
    };
    const timers = { wake: () => undefined };
    const appender = createAppender({ log: { ...log, commit }, rulesOf, timers, now: () => kit.now });
    expect(await appender.append(key, [], { forget: true })).toBe('refused');
    expect((await kit.read(key)).at(-1)).toMatchObject({ status: 'RUNNING', redriveCount: 1 });
  });
});
