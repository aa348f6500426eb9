import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Description } from '../../../core/ports.ts';
import { awslogs, expressArn, historyRecord, startDate, statusChange } from '../../support/aws-shapes.ts';
import { type IngestKit, type IngestKitOptions, ingestKit } from '../../support/ingest-kit.ts';

const key = { workflow: 'orders', id: 'order-1042' };
let kit: IngestKit;
const open = async (options: IngestKitOptions = {}): Promise<IngestKit> => {
  kit = await ingestKit(options);
  return kit;
};
afterEach(() => kit.close());

const rules = { orders: { owner: { inputPath: '$.tenant' }, expose: { total: '$.total' } } };
const described = (event: Record<string, unknown>) => async (): Promise<Description> => ({
  type: 'described',
  event: JSON.parse(JSON.stringify(event)),
});
const record = (type: string, details: Record<string, unknown> = {}) =>
  awslogs([historyRecord({ historyId: 9, type, details, at: startDate + 1_000 })]);

describe('settle', () => {
  it('S13: describes the execution for its owner, 5 s after the first held fact', async () => {
    const describe = vi.fn(described(statusChange({ input: '{"tenant":"acme"}' })));
    await open({ rules, describe });
    await kit.ingest([awslogs([historyRecord({ state: 'Pay' })])]);
    expect(kit.wakes).toEqual([{ key, at: kit.now + 5_000 }]);
    await kit.settle(key);
    expect(describe).not.toHaveBeenCalled();
    kit.now += 5_000;
    await kit.settle(key);
    expect(describe).toHaveBeenCalledTimes(1);
    expect((await kit.read(key)).map(({ tenant, state }) => [tenant, state])).toEqual([
      ['acme', null],
      ['acme', 'Pay'],
    ]);
  });

  it('S13: an owner that nobody can tell for 24 h ends in the dead letters', async () => {
    await open({ rules });
    await kit.ingest([awslogs([historyRecord({ state: 'Pay' })])]);
    const until = kit.now + 86_400_000;
    for (let looks = 0; kit.now < until && looks < 20; looks += 1) {
      kit.now = kit.wakes.at(-1)?.at ?? until;
      await kit.settle(key);
    }
    const { letters } = await kit.store.deadLetters.list(null, 10);
    expect(letters.map(({ source, key }) => [source, key])).toEqual([['owner', key]]);
    expect((await kit.store.log.load([key]))[0]).toMatchObject({ held: [], dueAt: null, seq: 0 });
  });

  it('S15: a terminal record alone is described 5 s later', async () => {
    await open({
      rules: { orders: { expose: { total: '$.total' } } },
      describe: described(statusChange({ status: 'SUCCEEDED', output: '{"total":7}' })),
    });
    await kit.ingest([statusChange(), record('ExecutionSucceeded')]);
    expect(await kit.read(key)).toHaveLength(1);
    kit.now += 5_000;
    await kit.settle(key);
    expect((await kit.read(key)).at(-1)).toMatchObject({ status: 'SUCCEEDED', output: { total: 7 } });
  });

  it('S15: where nobody can be asked the record counts, with outputOmitted where output was wanted', async () => {
    await open({ rules: { orders: { expose: { total: '$.total' } } } });
    await kit.ingest([statusChange(), record('ExecutionSucceeded')]);
    kit.now += 5_000;
    await kit.settle(key);
    expect((await kit.read(key)).at(-1)).toMatchObject({ status: 'SUCCEEDED', output: null, outputOmitted: true });
    expect((await kit.store.log.load([key]))[0]).toMatchObject({ held: [], dueAt: null });
  });

  it('S15: an output left out is fetched, and given up only where that is impossible', async () => {
    const big = statusChange({ status: 'SUCCEEDED', output: null });
    await open({
      rules: { orders: { expose: { total: '$.total' } } },
      describe: described(statusChange({ status: 'SUCCEEDED', output: '{"total":9}' })),
    });
    await kit.ingest([big]);
    expect(await kit.read(key)).toEqual([]);
    await kit.settle(key);
    expect((await kit.read(key)).at(-1)).toMatchObject({ output: { total: 9 }, outputOmitted: false });
    await kit.close();
    await open({ rules: { orders: { expose: { total: '$.total' } } } });
    await kit.ingest([big]);
    await kit.settle(key);
    expect((await kit.read(key)).at(-1)).toMatchObject({ output: null, outputOmitted: true });
  });

  it('passing trouble leaves the head due', async () => {
    let down = true;
    const answer = described(statusChange({ status: 'SUCCEEDED' }));
    await open({ describe: () => (down ? Promise.reject(new Error('throttled')) : answer()) });
    await kit.ingest([statusChange(), record('ExecutionSucceeded')]);
    kit.now += 5_000;
    await expect(kit.settle(key)).rejects.toThrow('throttled');
    expect((await kit.store.log.open(kit.now, null, 10)).heads).toHaveLength(1);
    down = false;
    await kit.settle(key);
    expect((await kit.read(key)).at(-1)?.status).toBe('SUCCEEDED');
  });

  it('S5: an Express run without an end becomes TIMED_OUT 15 min after its start; a real end outranks it', async () => {
    await open();
    const arn = expressArn('orders', 'order-1042');
    const started = historyRecord({
      historyId: 1,
      type: 'ExecutionStarted',
      details: {},
      executionArn: arn,
      at: startDate,
    });
    await kit.ingest([awslogs([started])]);
    expect(kit.wakes.at(-1)?.at).toBe(startDate + 15 * 60_000);
    kit.now = startDate + 15 * 60_000;
    await kit.settle(key);
    expect((await kit.read(key)).at(-1)).toMatchObject({
      status: 'TIMED_OUT',
      error: { name: 'Statuswire.EndUnknown' },
    });
    const end = historyRecord({
      historyId: 9,
      type: 'ExecutionSucceeded',
      details: { output: '{}' },
      executionArn: arn,
      at: startDate + 999,
    });
    await kit.ingest([awslogs([end])]);
    expect((await kit.read(key)).map((update) => update.status)).toEqual(['RUNNING', 'TIMED_OUT', 'SUCCEEDED']);
  });
});
