import { afterEach, describe, expect, it } from 'vitest';
import type { Chore } from '../../../handlers/reconcile/reconcile.ts';
import { statusChange } from '../../support/aws-shapes.ts';
import { end, named } from '../step-functions/fake-sfn.ts';
import { type Bench, hour, minute, openBench } from './bench.ts';

let bench: Bench;
afterEach(() => bench.close());

const ids = (count: number) => Array.from({ length: count }, (_, n) => `order-${String(n).padStart(4, '0')}`);
const known = async (all: readonly string[]) =>
  (await Promise.all(all.map((id) => bench.head(id)))).filter((head) => head !== null).length;

/** Executions of which no source told. */
function strangers(count: number): readonly string[] {
  const all = ids(count);
  for (const [n, id] of all.entries()) bench.sfn.put('orders', id, { startDate: bench.now() + n });
  return all;
}

async function nextRun(): Promise<void> {
  bench.pass(minute);
  await bench.run();
}

describe('one run', () => {
  it('finds so many executions and no more; the next goes on where it stopped, and none is left out', async () => {
    bench = openBench({ limits: { finds: 4 } });
    const all = strangers(60);
    // Ended, so that no other list shows them; and for so many runs, that the next sweep would begin behind them.
    for (const run of bench.sfn.executions.values()) end(run, 'SUCCEEDED', run.startDate + 100);
    bench.pass(minute);
    const found: number[] = [];
    for (let runs = 0; runs < 15; runs += 1) {
      await nextRun();
      expect(bench.asked('DescribeExecution')).toBe(4);
      found.push(await known(all));
    }
    expect(found).toEqual(found.map((_, index) => 4 * (index + 1)));
    expect(bench.repairs()).toBe(60);
  });

  it('reads so many pages and no more; a sweep goes on over many runs', async () => {
    bench = openBench({ limits: { pages: 2 }, pageSize: 20 });
    const all = strangers(50);
    bench.pass(minute);
    await nextRun();
    expect(bench.asked('ListExecutions')).toBe(2);
    expect(await known(all)).toBe(40);
    await nextRun();
    expect(await known(all)).toBe(50);
  });

  it('looks at so many open executions and no more, those that are due for longest first', async () => {
    bench = openBench({ limits: { looks: 10 } });
    const all = ids(25);
    for (const id of all) {
      const run = bench.sfn.put('orders', id);
      await bench.ingest([statusChange({ id, startDate: run.startDate })]);
      end(run, 'SUCCEEDED', bench.now() + 1_000);
      bench.pass(1_000);
    }
    // The lists are not what is looked at here.
    bench.sfn.fault = (name) => (name === 'ListExecutionsCommand' ? 'ThrottlingException' : null);
    bench.pass(hour);
    const done: string[][] = [];
    for (let runs = 0; runs < 3; runs += 1) {
      await bench.run();
      const heads = await Promise.all(all.map((id) => bench.head(id)));
      done.push(all.filter((_, index) => heads[index]?.last?.done));
    }
    expect(done).toEqual([all.slice(0, 10), all.slice(0, 20), all]);
  });
});

describe('trouble', () => {
  it('throttling stops the asking; the rest waits for the next run, and that is no failure', async () => {
    bench = openBench();
    const all = strangers(50);
    bench.pass(minute);
    let answered = 0;
    bench.sfn.fault = (name) => (name === 'DescribeExecutionCommand' && ++answered > 20 ? 'ThrottlingException' : null);
    await nextRun();
    // At most what was under way when the first of them was refused.
    expect(bench.asked('DescribeExecution')).toBeLessThanOrEqual(28);
    expect(await known(all)).toBe(20);
    bench.sfn.fault = () => null;
    await nextRun();
    expect(await known(all)).toBe(50);
  });

  it('throttled lists are asked for once in a run, whatever the number of machines', async () => {
    bench = openBench({ file: { orders: { config: {} }, returns: { config: {} }, refunds: { config: {} } } });
    bench.sfn.fault = (name) => (name === 'ListExecutionsCommand' ? 'ThrottlingException' : null);
    await bench.run();
    expect(bench.asked('ListExecutions')).toBe(1);
  });

  it('one execution that fails stops no other', async () => {
    bench = openBench();
    const all = strangers(10);
    bench.pass(minute);
    bench.sfn.fault = (_, { executionArn }) =>
      String(executionArn).endsWith('order-0003') ? 'StateMachineTypeNotSupported' : null;
    await nextRun();
    expect(await known(all)).toBe(9);
    expect(bench.troubles[0]).toContain('StateMachineTypeNotSupported');
  });

  it('a list that cannot be continued begins anew', async () => {
    bench = openBench({ limits: { pages: 1 }, pageSize: 20 });
    const all = strangers(30);
    bench.pass(minute);
    await nextRun();
    bench.sfn.fault = (_, { nextToken }) => (nextToken === undefined ? null : 'InvalidToken');
    await nextRun();
    bench.asked('ListExecutions');
    await nextRun();
    expect(bench.sfn.calls[0]?.input).not.toHaveProperty('nextToken');
    bench.sfn.fault = () => null;
    await nextRun();
    expect(await known(all)).toBe(30);
  });

  it('a mark that cannot be read costs work, not executions', async () => {
    bench = openBench();
    await nextRun();
    for (const name of bench.marks.keys()) bench.marks.set(name, '{"began":"soon"');
    const all = strangers(3);
    bench.pass(minute);
    await nextRun();
    expect(await known(all)).toBe(3);
  });

  it('a reconciler that stood still for a day finds what came meanwhile', async () => {
    bench = openBench();
    await nextRun();
    const run = bench.sfn.put('orders', 'a');
    end(run, 'SUCCEEDED', bench.now() + 5);
    bench.pass(24 * hour);
    await nextRun();
    expect((await bench.head('a'))?.last?.status).toBe('SUCCEEDED');
  });

  it('a part that fails lets the others go on, and then the run counts as failed', async () => {
    const order: string[] = [];
    const chore = (name: string, error?: Error): Chore => ({
      name,
      run: async () => {
        order.push(name);
        if (error) throw error;
      },
    });
    bench = openBench({ chores: [chore('one', named('AccessDeniedException')), chore('two')] });
    const all = strangers(1);
    bench.pass(2 * minute);
    await expect(bench.run()).rejects.toThrow('parts of the run failed');
    expect(order).toEqual(['one', 'two']);
    expect(await known(all)).toBe(1);
  });

  it('nothing is asked when the time is up', async () => {
    bench = openBench();
    strangers(3);
    bench.pass(minute);
    const { run } = bench;
    bench.sfn.fault = () => {
      bench.pass(hour);
      return null;
    };
    await run();
    expect(bench.asked('ListExecutions')).toBe(1);
    expect(bench.asked('DescribeExecution')).toBe(0);
  });
});
