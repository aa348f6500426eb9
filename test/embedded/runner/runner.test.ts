import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { endIn, progressIn, recordsIn, statusesIn, storyOf } from './support/emitted.ts';
import { openKit, workflowOf } from './support/kit.ts';

const arn = 'arn:aws:states:local:000000000000:execution:w:x';
const key = { workflow: 'w', id: 'x' };
const one = (state: object, more: object = {}): object => ({
  StartAt: 'S',
  States: { S: { End: true, ...state } },
  ...more,
});
const task = (more: object = {}): object => one({ Type: 'Task', Resource: 'x' }, more);
const pass = workflowOf(one({ Type: 'Pass' }));
const forever = () => new Promise<never>(() => undefined);

describe('start', () => {
  it('is idempotent: the same id and input answer the same run, another input is refused', async () => {
    const kit = openKit([pass]);
    const first = await kit.runner.start(key, '{"a":1}');
    await kit.runner.idle();
    const before = kit.items.length;
    expect(first).toEqual({
      type: 'started',
      executionArn: arn,
      machineArn: 'arn:aws:states:local:000000000000:stateMachine:w',
      startDate: kit.clock.now(),
    });
    expect(await kit.runner.start(key, '{"a":1}')).toEqual(first);
    expect(await kit.runner.start(key, '{"a":2}')).toMatchObject({
      type: 'refused',
      reason: expect.stringContaining('ExecutionAlreadyExists'),
    });
    await kit.runner.idle();
    expect(kit.items).toHaveLength(before);
  });

  it('runs once what is started twice at the same time', async () => {
    const kit = openKit([pass]);
    const [a, b] = await Promise.all([kit.runner.start(key, '{}'), kit.runner.start(key, '{}')]);
    expect(a).toEqual(b);
    await kit.runner.idle();
    expect(statusesIn(kit.items)).toHaveLength(2);
  });

  it.each([
    ['an unknown workflow', { workflow: 'nope', id: 'x' }, '{}', 'StateMachineDoesNotExist'],
    ['an impossible name', { workflow: 'w', id: 'a b' }, '{}', 'InvalidName'],
    ['no JSON', key, '{', 'InvalidExecutionInput'],
    ['over 256 KiB (S15)', key, `"${'x'.repeat(256 * 1024)}"`, 'InvalidExecutionInput'],
  ])('refuses %s for good', async (_, wanted, input, reason) => {
    expect(await openKit([pass]).runner.start(wanted, input)).toMatchObject({
      type: 'refused',
      reason: expect.stringContaining(reason),
    });
  });

  it('rejects while the journal cannot be written, and works afterwards', async () => {
    const kit = openKit([pass]);
    kit.writer.fail(new Error('disk full'));
    await expect(kit.runner.start(key, '{}')).rejects.toThrow('disk full');
    kit.writer.fail(null);
    expect(endIn(await kit.run())).toMatchObject({ status: 'SUCCEEDED' });
  });
});

describe('describe', () => {
  it('answers the run as a status-change event, and says where there is none', async () => {
    const kit = openKit([pass], { newEventId: () => 'e' });
    const items = await kit.run({ a: 1 });
    expect(await kit.runner.describe(arn)).toEqual({ type: 'described', event: items.at(-1) });
    expect(await kit.runner.describe(`${arn}y`)).toMatchObject({ type: 'impossible' });
  });
});

describe('abort and time-out', () => {
  it('ends as ABORTED with error and cause, after what was active; the handler is told', async () => {
    const entered = Promise.withResolvers<AbortSignal>();
    const hang = workflowOf(task(), {
      S: (_, { signal }) => {
        entered.resolve(signal);
        return forever();
      },
    });
    const kit = openKit([hang]);
    await kit.runner.start(key, '{}');
    const signal = await entered.promise;
    expect(await kit.runner.abort(arn, { error: 'Stop', cause: 'enough' })).toBe(true);
    expect(signal.aborted).toBe(true);
    expect(endIn(kit.items)).toEqual({ status: 'ABORTED', error: 'Stop', cause: 'enough', output: null });
    expect(storyOf(kit.items).slice(-2)).toEqual(['TaskStateAborted S', 'ExecutionAborted']);
    expect(await kit.runner.abort(arn, {})).toBe(false);
  });

  it('ends as TIMED_OUT when the machine takes longer than TimeoutSeconds, shortened by the time scale', async () => {
    const kit = openKit([workflowOf(task({ TimeoutSeconds: 60 }), { S: forever })], { timeScale: 0.1 });
    const items = await kit.run();
    expect(kit.clock.asked).toEqual([6_000]);
    expect(endIn(items)).toMatchObject({ status: 'TIMED_OUT', error: 'States.Timeout' });
    expect(storyOf(items).slice(-2)).toEqual(['TaskStateAborted S', 'ExecutionTimedOut']);
  });

  it('emits no report that comes when all is over', async () => {
    let late = async (): Promise<void> => undefined;
    const kit = openKit([
      workflowOf(task(), {
        S: (_, { progress }) => {
          late = () => progress({ percent: 1 });
          return 1;
        },
      }),
    ]);
    await kit.run();
    await late();
    expect(progressIn(kit.items)).toEqual([]);
  });
});

describe('many at once', () => {
  it('lets maxConcurrent work, the others in order; one that waits at the top does not count', async () => {
    const order: string[] = [];
    let now = 0;
    let most = 0;
    const States = { W: { Type: 'Wait', Seconds: 60, Next: 'T' }, T: { Type: 'Task', Resource: 'x', End: true } };
    const kit = openKit(
      [
        workflowOf(
          { StartAt: 'W', States },
          {
            T: async (_, { execution, sleep }) => {
              most = Math.max(most, ++now);
              order.push(execution.id);
              await sleep(50);
              now -= 1;
              return null;
            },
          },
        ),
      ],
      { maxConcurrent: 3 },
    );
    const begin = kit.clock.now();
    const ids = Array.from({ length: 9 }, (_, index) => `e${index}`);
    await Promise.all(ids.map((id) => kit.runner.start({ workflow: 'w', id }, '{}')));
    await kit.runner.idle();
    expect([most, order]).toEqual([3, ids]);
    expect(kit.clock.now() - begin).toBeLessThan(2 * 60_000);
  });

  it('keeps 2,000 executions started at once apart, each contiguous', async () => {
    const kit = openKit([workflowOf(task(), { S: (input) => input })]);
    await Promise.all(
      Array.from({ length: 2_000 }, (_, n) => kit.runner.start({ workflow: 'w', id: `e${n}` }, `${n}`)),
    );
    await kit.runner.idle();
    const ids = Map.groupBy(recordsIn(kit.items), ({ execution_arn }) => execution_arn);
    expect(ids.size).toBe(2_000);
    for (const records of ids.values())
      expect(records.map(({ id }) => id)).toEqual(['1', '2', '3', '4', '5', '6', '7']);
    expect(
      statusesIn(kit.items).filter(({ status, input, output }) => status === 'SUCCEEDED' && input === output),
    ).toHaveLength(2_000);
  });
});

describe('emitting', () => {
  it('tries an item again until it is taken, before the next', async () => {
    const taken: unknown[] = [];
    let calls = 0;
    const kit = openKit([pass], {
      emit: async (item) => {
        calls += 1;
        if (calls % 3 !== 0) throw new Error('not now');
        taken.push(item);
      },
    });
    await kit.run();
    expect(statusesIn(taken).map(({ status }) => status)).toEqual(['RUNNING', 'SUCCEEDED']);
    expect(calls).toBe(taken.length * 3);
  });

  it('never has two items of one execution under way, while the work goes on', async () => {
    let under = 0;
    let worked = false;
    const opened = Promise.withResolvers<void>();
    const kit = openKit(
      [
        workflowOf(task(), {
          S: () => {
            worked = true;
            opened.resolve();
            return 1;
          },
        }),
      ],
      {
        emit: async () => {
          expect(++under).toBe(1);
          await opened.promise;
          under -= 1;
        },
      },
    );
    await kit.run();
    expect(worked).toBe(true);
  });

  it('forgets in the journal what was taken, and ended runs after 90 days', async () => {
    const kit = openKit([pass]);
    await kit.run();
    await kit.runner.describe(arn);
    await kit.runner.describe(arn);
    const count = (table: string) => kit.db.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.n;
    expect([count('runner_journal'), count('runner_runs')]).toEqual([0, 1]);
    await kit.runner.resume();
    expect(count('runner_runs')).toBe(1);
    kit.db.exec(`UPDATE runner_runs SET stop_date = stop_date - ${90 * 24 * 3_600_000 + 1}`);
    await kit.runner.resume();
    expect(count('runner_runs')).toBe(0);
  });

  it('stops an execution whose journal cannot be written; it goes on after the next start', async () => {
    const db = new DatabaseSync(':memory:');
    const kit = openKit(
      [
        workflowOf(task(), {
          S: async (_, { sleep }) => {
            kit.writer.fail(new Error('disk full'));
            await sleep(10);
            return 1;
          },
        }),
      ],
      { db },
    );
    await kit.runner.start(key, '{}');
    await kit.runner.idle();
    expect(kit.logged.map(({ level }) => level)).toContain('error');
    const again = openKit([workflowOf(task(), { S: () => 2 })], { db });
    await again.runner.resume();
    await again.runner.idle();
    expect(endIn(again.items)).toMatchObject({ status: 'SUCCEEDED', output: 2 });
  });
});
