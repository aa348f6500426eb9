import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../../core/contract.ts';
import { executionArn, localPlace } from '../../../embedded/runner/place.ts';
import { endIn, recordsIn, statusesIn } from './support/emitted.ts';
import { openKit, workflowOf } from './support/kit.ts';

const loop = (more: object = {}): object => ({
  StartAt: 'A',
  States: {
    A: { Type: 'Pass', Next: 'B' },
    B: { Type: 'Choice', Choices: [{ Variable: '$.x', IsPresent: true, Next: 'C' }], Default: 'A' },
    C: { Type: 'Succeed' },
    ...more,
  },
});
const arn = executionArn(localPlace, 'w', 'x');
const limit = {
  status: 'FAILED',
  error: 'States.Runtime',
  cause: 'The execution reached the maximum number of history events (25000).',
};
const immediates = async (count: number): Promise<void> => {
  for (let left = count; left > 0; left -= 1) await new Promise((resolve) => setImmediate(resolve));
};

describe('an execution that never ends by itself', () => {
  it('ends FAILED at 25,000 history events, of which its end is the last', async () => {
    const kit = openKit([workflowOf(loop())]);
    await kit.run({});
    expect(endIn(kit.items)).toMatchObject(limit);
    const records = recordsIn(kit.items);
    expect(records.map(({ id }) => Number(id))).toEqual(Array.from({ length: 25_000 }, (_, index) => index + 1));
    expect(records.at(-1)).toMatchObject({ id: '25000', type: 'ExecutionFailed', previous_event_id: '24999' });
    expect(records.at(-2)?.type).toMatch(/State(Entered|Exited)$/);
    expect(await kit.runner.redrive(arn)).toMatchObject({ type: 'refused', reason: /history event limit/ });
  });

  it('cannot catch that, nor try again, inside a Parallel or a Map', async () => {
    const inside = { Branches: [loop(), loop()], Catch: [{ ErrorEquals: ['States.ALL'], Next: 'End' }] };
    const parallel = {
      StartAt: 'P',
      States: {
        P: { Type: 'Parallel', ...inside, Retry: [{ ErrorEquals: ['States.ALL'] }], Next: 'End' },
        End: { Type: 'Succeed' },
      },
    };
    const kit = openKit([workflowOf(parallel)]);
    await kit.run({});
    expect(endIn(kit.items)).toMatchObject(limit);
    expect(recordsIn(kit.items)).toHaveLength(25_000);
  });

  it('fails with retries that do not wait, too', async () => {
    let tries = 0;
    const retried = {
      StartAt: 'T',
      States: {
        T: {
          Type: 'Task',
          Resource: 'x',
          Retry: [{ ErrorEquals: ['States.ALL'], IntervalSeconds: 0, BackoffRate: 1, MaxAttempts: 99_999_999 }],
          End: true,
        },
      },
    };
    const T = (): Json => {
      tries += 1;
      throw new Error('no');
    };
    const kit = openKit([workflowOf(retried, { T })]);
    await kit.run({});
    expect(endIn(kit.items)).toMatchObject(limit);
    // Two events before the first try, three of each, one at the end.
    expect(tries).toBe(Math.floor((25_000 - 3) / 3));
  });

  it('counts over a stop', async () => {
    const db = new DatabaseSync(':memory:');
    const first = openKit([workflowOf(loop())], { db });
    await first.runner.start({ workflow: 'w', id: 'x' }, '{}');
    while (recordsIn(first.items.slice(-1)).every(({ id }) => Number(id) < 300)) await immediates(1);
    await first.runner.stop();
    const second = openKit([workflowOf(loop())], { db });
    await second.runner.resume();
    await second.runner.idle();
    expect(endIn(second.items)).toMatchObject(limit);
    expect(recordsIn(second.items).at(-1)?.id).toBe('25000');
  });

  it('ends ABORTED when that is asked for, and counts on in the next attempt', async () => {
    const kit = openKit([workflowOf(loop())]);
    await kit.runner.start({ workflow: 'w', id: 'x' }, '{}');
    await immediates(20);
    expect(await kit.runner.abort(arn, { error: 'Enough' })).toBe(true);
    expect(endIn(kit.items)).toMatchObject({ status: 'ABORTED', error: 'Enough' });
    expect(await kit.runner.redrive(arn)).toMatchObject({ type: 'redriven' });
    await kit.runner.idle();
    expect(endIn(kit.items)).toMatchObject(limit);
    expect(recordsIn(kit.items).map(({ id }) => Number(id))).toEqual(
      Array.from({ length: 25_000 }, (_, index) => index + 1),
    );
  });
});

describe('G8: executions that do not wait', () => {
  it('let timers, I/O and each other in', async () => {
    const kit = openKit([workflowOf(loop({ A: { Type: 'Pass', Next: 'B' } }))]);
    for (const id of ['a', 'b', 'c']) await kit.runner.start({ workflow: 'w', id }, '{}');
    const timer = new Promise<string>((resolve) => setTimeout(() => resolve('timer'), 1));
    expect(await Promise.race([timer, kit.runner.idle().then(() => 'all over')])).toBe('timer');
    // All three are on their way, none has been left behind.
    await immediates(50);
    const told = recordsIn(kit.items).map(({ execution_arn }) => execution_arn);
    expect(new Set(told).size).toBe(3);
    await kit.runner.stop();
  });

  it('wait until what they told before is on its way, so that it does not pile up', async () => {
    const taken: unknown[] = [];
    const kit = openKit([workflowOf(loop())], {
      emit: (item) => {
        taken.push(item);
        return new Promise(() => undefined);
      },
    });
    await kit.runner.start({ workflow: 'w', id: 'x' }, '{}');
    await immediates(500);
    const rows = kit.db.prepare('SELECT count(*) AS rows FROM runner_journal').get();
    expect(taken).toHaveLength(1);
    expect(Number(rows?.rows)).toBeLessThan(40);
    await kit.runner.stop();
  });

  it('let a Map of thousands take its turns', async () => {
    const map = {
      StartAt: 'M',
      States: {
        M: {
          Type: 'Map',
          ItemsPath: '$.items',
          ItemProcessor: { StartAt: 'I', States: { I: { Type: 'Pass', End: true } } },
          End: true,
        },
      },
    };
    const kit = openKit([workflowOf(map)]);
    let passes = 0;
    let over = false;
    const count = async (): Promise<void> => {
      for (; !over; passes += 1) await immediates(1);
    };
    const counted = count();
    await kit.run({ items: Array.from({ length: 5_000 }, (_, index) => index) });
    over = true;
    await counted;
    expect(endIn(kit.items)).toMatchObject({ status: 'SUCCEEDED' });
    expect(statusesIn(kit.items)).toHaveLength(2);
    expect(passes).toBeGreaterThan(20);
  });
});
