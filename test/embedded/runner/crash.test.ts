import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import type { HistoryRecord } from '../../../embedded/runner/history.ts';
import { createRunner } from '../../../embedded/runner/runner.ts';
import type { EventBridgeEvent } from '../../../embedded/runner/status-event.ts';
import { loadWorkflows } from '../../../embedded/workflows/load-workflows.ts';
import type { LoadedWorkflow } from '../../../embedded/workflows/loaded-workflow.ts';
import { jumpingClock } from './support/clock.ts';
import { crashingLife } from './support/crashing-life.ts';
import { endIn, recordsIn, statusesIn, storyOf } from './support/emitted.ts';
import { openKit, workflowOf } from './support/kit.ts';

const examples = fileURLToPath(new URL('../../../examples', import.meta.url));
let workflows: readonly LoadedWorkflow[] = [];
beforeAll(async () => {
  workflows = (await loadWorkflows(examples)).workflows;
});

interface Life {
  /** Items as JSON text, as they were committed. */
  readonly committed: readonly string[];
  /** The crash came before it was due: the run had ended. */
  readonly ended: boolean;
}

/**
 * One life of the process: starts the execution (again), resumes, and crashes at the `crashAt`-th write, before or
 * after it is committed, whether that is one of the journal's or one of the log's.
 */
async function live(db: DatabaseSync, workflow: string, input: unknown, crashAt: number, start: number): Promise<Life> {
  const { writer, emit, committed, until } = crashingLife(db, crashAt);
  const runner = createRunner({
    ...{ workflows, store: { writer }, emit, clock: jumpingClock(start), random: () => 0.5 },
  });
  const whole = (async () => {
    await runner.resume();
    await runner.start({ workflow, id: 'x' }, JSON.stringify(input));
    await runner.idle();
  })();
  const ended = await until(whole);
  void runner.stop();
  return { committed, ended };
}

const parsed = (committed: readonly string[]): unknown[] => committed.map((item) => JSON.parse(item));

/** Every record by its id; the same id must always be the same record. */
function byId(items: readonly unknown[]): ReadonlyMap<number, HistoryRecord> {
  const records = new Map<number, HistoryRecord>();
  for (const record of recordsIn(items)) {
    const known = records.get(Number(record.id));
    if (known !== undefined) expect(record).toEqual(known);
    records.set(Number(record.id), record);
  }
  return records;
}

describe.each([
  ['orders', {}],
  ['orders', { payment: 'timeout-once' }],
  ['orders', { stock: 'none' }],
  ['parcel', { courier: 'busy-once' }],
])('%s %j, killed at every write there is and started again', (workflow, input) => {
  it('comes to the same end, with contiguous ids, the same bytes again, and nothing lost', async () => {
    const whole = await live(new DatabaseSync(':memory:'), workflow, input, 0, 1_000_000);
    const { status, error, output } = endIn(parsed(whole.committed));
    for (let crashAt = 1; ; crashAt += 1) {
      const db = new DatabaseSync(':memory:');
      const first = await live(db, workflow, input, crashAt, 1_000_000);
      if (first.ended) break;
      const second = await live(db, workflow, input, 0, 9_000_000);
      const items = parsed([...first.committed, ...second.committed]);
      expect(endIn(items), `crash at write ${crashAt}`).toMatchObject({ status, error, output });
      const records = byId(items);
      expect([...records.keys()].sort((a, b) => a - b)).toEqual(Array.from(records, (_, index) => index + 1));
      const ends = [...records].filter(([, { type }]) => /^Execution(Succeeded|Failed)$/.test(type));
      expect(ends.map(([id]) => id)).toEqual([records.size]);
      // Whatever came twice came as the same text, and there is one end.
      const texts = new Set([...first.committed, ...second.committed]);
      const events = parsed([...texts]).filter((item): item is EventBridgeEvent => !('awslogs' in (item as object)));
      expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
      expect(statusesIn(events).filter((event) => event.status !== 'RUNNING')).toHaveLength(1);
      expect(statusesIn(items).at(-1)?.status).toBe(status);
    }
  });
});

describe('after a stop', () => {
  const definition = {
    StartAt: 'A',
    States: {
      A: { Type: 'Task', Resource: 'x', Next: 'P' },
      P: {
        Type: 'Parallel',
        Branches: [{ StartAt: 'B', States: { B: { Type: 'Task', Resource: 'x', End: true } } }],
        End: true,
      },
    },
  };

  it('S8: first says what was active is aborted, innermost first, then enters the same top-level state with the same input', async () => {
    const db = new DatabaseSync(':memory:');
    const reached = Promise.withResolvers<void>();
    const inputs: unknown[] = [];
    const stuck = workflowOf(definition, {
      A: () => ({ from: 'A' }),
      B: (input) => {
        inputs.push(input);
        setImmediate(() => setImmediate(() => setImmediate(reached.resolve)));
        return new Promise(() => undefined);
      },
    });
    const before = openKit([stuck], { db });
    await before.runner.start({ workflow: 'w', id: 'x' }, '{"start":1}');
    await reached.promise;
    await before.runner.stop();
    const count = before.items.length;

    const free = workflowOf(definition, {
      A: () => Promise.reject(new Error('A ran again')),
      B: (input) => {
        inputs.push(input);
        return 'done';
      },
    });
    const after = openKit([free], { db });
    await after.runner.resume();
    await after.runner.idle();
    expect(before.items).toHaveLength(count);
    const all = storyOf([...before.items, ...after.items]);
    expect(all.slice(all.indexOf('LambdaFunctionStarted', 6) + 1)).toEqual([
      ...['TaskStateAborted B', 'ParallelStateAborted P'],
      ...['ParallelStateEntered P', 'ParallelStateStarted', 'TaskStateEntered B'],
      ...['LambdaFunctionScheduled', 'LambdaFunctionStarted', 'LambdaFunctionSucceeded', 'TaskStateExited B'],
      ...['ParallelStateSucceeded', 'ParallelStateExited P', 'ExecutionSucceeded'],
    ]);
    expect(inputs).toEqual([{ from: 'A' }, { from: 'A' }]);
    expect(recordsIn(after.items).every(({ redrive_count }) => redrive_count === '0')).toBe(true);
  });

  it('emits and journals nothing more, not even what was waiting', async () => {
    const db = new DatabaseSync(':memory:');
    const answer = Promise.withResolvers<void>();
    const stopped = Promise.withResolvers<void>();
    let emitted = 0;
    const kit = openKit(
      [
        workflowOf(definition, {
          A: (_, { progress, sleep }) => {
            void progress({ percent: 1 });
            return sleep(10).then(() => 1);
          },
          // Records of this tick are not written yet when the runner stops.
          B: () => {
            queueMicrotask(() => stopped.resolve(kit.runner.stop()));
            return 1;
          },
        }),
      ],
      {
        db,
        emit: () => {
          emitted += 1;
          return answer.promise;
        },
      },
    );
    await kit.runner.start({ workflow: 'w', id: 'x' }, '{}');
    await stopped.promise;
    const rows = () => db.prepare('SELECT count(*) AS n FROM runner_journal').get()?.n;
    const before = [rows(), db.prepare('SELECT * FROM runner_runs').get()];
    answer.resolve();
    for (let turn = 0; turn < 10; turn += 1) await new Promise(setImmediate);
    expect([rows(), db.prepare('SELECT * FROM runner_runs').get()]).toEqual(before);
    expect(emitted).toBe(1);
  });

  it('leaves an execution whose workflow is gone as it is, for when it comes back', async () => {
    const db = new DatabaseSync(':memory:');
    const entered = Promise.withResolvers<void>();
    const hang = workflowOf(definition, {
      A: () => {
        entered.resolve();
        return new Promise(() => undefined);
      },
      B: () => 1,
    });
    const first = openKit([hang], { db });
    await first.runner.start({ workflow: 'w', id: 'x' }, '{}');
    await entered.promise;
    await first.runner.stop();

    const without = openKit([], { db });
    await without.runner.resume();
    await without.runner.idle();
    expect(statusesIn(without.items).filter(({ status }) => status !== 'RUNNING')).toEqual([]);
    expect(without.logged).toHaveLength(1);

    const back = openKit([workflowOf(definition, { A: () => 1, B: () => 2 })], { db });
    await back.runner.resume();
    await back.runner.idle();
    expect(endIn(back.items)).toMatchObject({ status: 'SUCCEEDED', output: [2] });
  });
});
