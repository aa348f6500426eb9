import { afterEach, describe, expect, it } from 'vitest';
import { awslogs, historyRecord, statusChange } from '../../support/aws-shapes.ts';
import { end, redrive, type TrueExecution } from '../step-functions/fake-sfn.ts';
import { type Bench, hour, minute, openBench } from './bench.ts';

let bench: Bench;
afterEach(() => bench.close());

/** What the sources would have told of it now. */
const told = ({ name, status, startDate, stopDate, output, redriveCount, redriveDate }: TrueExecution) =>
  statusChange({ id: name, status, startDate, stopDate, redriveCount, redriveDate, ...(output ? { output } : {}) });

const shown = async (id: string) =>
  (await bench.read(id)).map(({ seq, status, redriveCount }) => `${seq} ${status} ${redriveCount}`);

/** Runs every minute for so long. */
async function runFor(ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += minute) {
    bench.pass(minute);
    await bench.run();
  }
}

describe('G5: what no source told', () => {
  it('a lost end is found when nothing was heard for 5 minutes, and counted once', async () => {
    bench = openBench();
    const run = bench.sfn.put('orders', 'a');
    await bench.ingest([told(run)]);
    // Older than what the list of new executions goes back to.
    await runFor(4 * minute);
    end(run, 'SUCCEEDED', bench.now());
    expect(await shown('a')).toEqual(['1 RUNNING 0']);
    await runFor(2 * minute);
    expect(await shown('a')).toEqual(['1 RUNNING 0', '2 SUCCEEDED 0']);
    expect((await bench.read('a')).at(-1)).toMatchObject({ output: { total: 7 } });
    await runFor(hour);
    expect(bench.repairs()).toBe(1);
  });

  it('a lost beginning is found in the list, a minute after it', async () => {
    bench = openBench();
    bench.sfn.put('orders', 'a');
    await bench.run();
    expect(await shown('a')).toEqual([]);
    await runFor(minute);
    expect(await shown('a')).toEqual(['1 RUNNING 0']);
    expect(bench.repairs()).toBe(1);
  });

  it('an execution that was over before anybody looked is found whole', async () => {
    bench = openBench();
    end(bench.sfn.put('orders', 'a'), 'FAILED', bench.now() + 10);
    await runFor(2 * minute);
    expect(await shown('a')).toEqual(['1 FAILED 0']);
  });

  it('a lost redrive is found among those that run, within a quarter of an hour', async () => {
    bench = openBench();
    const run = bench.sfn.put('orders', 'a');
    end(run, 'FAILED', bench.now() + 5);
    await bench.ingest([told(run)]);
    // Between two sweeps of the long list, which would find it too.
    await runFor(80 * minute);
    redrive(run, bench.now());
    await runFor(17 * minute);
    expect(await shown('a')).toEqual(['1 FAILED 0', '2 RUNNING 1']);
    expect(bench.repairs()).toBe(1);
  });

  it('a redrive that was over before anybody looked is found in the long list, within an hour', async () => {
    bench = openBench();
    const run = bench.sfn.put('orders', 'a');
    end(run, 'TIMED_OUT', bench.now() + 5);
    await bench.ingest([told(run)]);
    await runFor(hour + minute);
    redrive(run, bench.now());
    end(run, 'SUCCEEDED', bench.now() + 5);
    await runFor(hour + 2 * minute);
    expect(await shown('a')).toEqual(['1 TIMED_OUT 0', '2 SUCCEEDED 1']);
  });

  it('what ran already at the deployment is taken in, what had ended is not', async () => {
    bench = openBench({ sinceBefore: 2 * hour });
    const longAgo = { startDate: bench.now() - 3 * hour };
    bench.sfn.put('orders', 'a', longAgo);
    end(bench.sfn.put('orders', 'b', longAgo), 'SUCCEEDED', bench.now() - 2 * hour - 1);
    end(bench.sfn.put('orders', 'c', { startDate: bench.now() - hour }), 'SUCCEEDED', bench.now() - hour);
    await runFor(20 * minute);
    expect([await shown('a'), await shown('b'), await shown('c')]).toEqual([['1 RUNNING 0'], [], ['1 SUCCEEDED 0']]);
  });

  it('S13: an owner that only the input tells is asked for with the rest', async () => {
    bench = openBench({ file: { orders: { config: { tenantPath: '$.tenant' } } } });
    bench.sfn.put('orders', 'a', { input: '{"tenant":"acme"}' });
    await runFor(2 * minute);
    expect((await bench.read('a')).map(({ tenant }) => tenant)).toEqual(['acme']);
  });
});

describe('what counts as a repair', () => {
  const ended = async (event: Record<string, unknown>): Promise<void> => {
    bench = openBench();
    end(bench.sfn.put('orders', 'a'), 'SUCCEEDED', bench.now() + 10);
    await bench.ingest([event]);
    await runFor(minute);
    expect((await bench.read('a')).at(-1)).toMatchObject({ status: 'SUCCEEDED', output: { total: 7 } });
  };

  it('S15: an end of which only the history told, and no event', async () => {
    const record = historyRecord({ id: 'a', type: 'ExecutionSucceeded', details: {} });
    await ended(awslogs([record]));
    expect(bench.repairs()).toBe(1);
  });

  it('S15: not an output that its event left out', async () => {
    await ended(statusChange({ id: 'a', status: 'SUCCEEDED', output: null }));
    expect(bench.repairs()).toBe(0);
  });
});

describe('S4: what is gone stays gone', () => {
  async function goneAfter(ms: number): Promise<TrueExecution> {
    bench = openBench();
    const run = bench.sfn.put('orders', 'a');
    end(run, 'FAILED', bench.now() + 5);
    await bench.ingest([told(run)]);
    bench.pass(ms);
    return run;
  }

  it('a forgotten execution, also when it is redriven', async () => {
    const run = await goneAfter(hour);
    expect(await bench.appender.append({ workflow: 'orders', id: 'a' }, [], { forget: true })).toBe('ok');
    redrive(run, bench.now());
    await runFor(2 * hour);
    expect(await shown('a')).toEqual([]);
    expect([bench.repairs(), bench.asked('DescribeExecution')]).toEqual([0, 0]);
  });

  it('an expired execution', async () => {
    await goneAfter(31 * 24 * hour);
    await runFor(2 * hour);
    expect((await bench.head('a'))?.seq).toBe(1);
    expect(bench.asked('DescribeExecution')).toBe(0);
  });

  it('an execution that ended over 14 days ago is not taken in', async () => {
    bench = openBench({ sinceBefore: 40 * 24 * hour });
    const old = bench.sfn.put('orders', 'a', { startDate: bench.now() - 20 * 24 * hour });
    end(old, 'SUCCEEDED', bench.now() - 15 * 24 * hour);
    await runFor(2 * hour);
    expect(await bench.head('a')).toBeNull();
    expect(bench.asked('DescribeExecution')).toBe(0);
  });
});

describe('what all is well with', () => {
  it('costs one look after 5 minutes, then fewer and fewer: no update, no repair', async () => {
    bench = openBench();
    const run = bench.sfn.put('orders', 'a');
    await bench.ingest([told(run)]);
    const looks: number[] = [];
    for (let hours = 0; hours < 12; hours += 1) {
      await runFor(hour);
      looks.push(bench.asked('DescribeExecution'));
    }
    expect(looks[0]).toBeLessThanOrEqual(10);
    expect(looks[2]).toBeLessThanOrEqual(3);
    expect(looks.slice(7)).toEqual([1, 1, 1, 1, 1]);
    expect(await shown('a')).toEqual(['1 RUNNING 0']);
    expect(bench.repairs()).toBe(0);
  });

  it('is not asked about while its sources tell', async () => {
    bench = openBench();
    const run = bench.sfn.put('orders', 'a');
    for (let redriveCount = 0; redriveCount < 30; redriveCount += 1) {
      await bench.ingest([told({ ...run, redriveCount, redriveDate: bench.now() })]);
      await runFor(2 * minute);
    }
    expect(bench.asked('DescribeExecution')).toBe(0);
  });

  it('an ended execution is not asked about at all', async () => {
    bench = openBench();
    const run = bench.sfn.put('orders', 'a');
    end(run, 'SUCCEEDED', bench.now() + 5);
    await bench.ingest([told(run)]);
    await runFor(3 * hour);
    expect(bench.asked('DescribeExecution')).toBe(0);
  });
});
