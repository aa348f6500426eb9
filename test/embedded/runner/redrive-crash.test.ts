import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import { executionArn, localPlace } from '../../../embedded/runner/place.ts';
import { createRunner } from '../../../embedded/runner/runner.ts';
import { jumpingClock } from './support/clock.ts';
import { crashingLife } from './support/crashing-life.ts';
import { endIn, recordsIn, statusesIn } from './support/emitted.ts';
import { workflowOf } from './support/kit.ts';

const arn = executionArn(localPlace, 'w', 'x');
const workflow = workflowOf(
  {
    StartAt: 'A',
    States: { A: { Type: 'Task', Resource: 'x', Next: 'B' }, B: { Type: 'Task', Resource: 'x', End: true } },
  },
  {
    A: () => 1,
    B: async (_, { execution, progress }) => {
      await progress({ percent: 1 });
      if (execution.redriveCount === 0) throw new Error('not yet');
      return 'done';
    },
  },
);

/** A life of the process that crashes at its `crashAt`-th write; 0: never. Answers what was committed to the log. */
async function live(
  db: DatabaseSync,
  crashAt: number,
  act: (runner: ReturnType<typeof createRunner>) => Promise<void>,
  actFirst = false,
) {
  const { writer, emit, committed, until } = crashingLife(db, crashAt);
  const runner = createRunner({ workflows: [workflow], store: { writer }, emit, clock: jumpingClock(1_000_000) });
  const whole = (async () => {
    if (actFirst) await act(runner);
    await runner.resume();
    if (!actFirst) await act(runner);
    await runner.idle();
  })();
  const ended = await until(whole);
  void runner.stop();
  return { items: committed, ended };
}

/** What a caller does that got no answer: asks again; refused means that the lost answer was yes. */
const redriveOnce = async (runner: ReturnType<typeof createRunner>): Promise<void> => {
  await runner.redrive(arn);
};

it('G1: a redrive killed at every write there is goes on, or never began; nothing is lost, one end per attempt', async () => {
  for (let crashAt = 1; ; crashAt += 1) {
    const db = new DatabaseSync(':memory:');
    const first = await live(db, 0, async (runner) => void (await runner.start({ workflow: 'w', id: 'x' }, '{}')));
    const second = await live(db, crashAt, redriveOnce);
    if (second.ended) {
      expect(crashAt).toBeGreaterThan(8);
      return;
    }
    const third = await live(db, 0, redriveOnce);
    // Whatever came twice came as the same text.
    const items = [...new Set([...first.items, ...second.items, ...third.items])].map((item) => JSON.parse(item));
    const told = statusesIn(items).map(({ status, redriveCount }) => `${redriveCount} ${status}`);
    expect(told, `crash at write ${crashAt}`).toEqual(['0 RUNNING', '0 FAILED', '1 RUNNING', '1 SUCCEEDED']);
    expect(endIn(items)).toMatchObject({ status: 'SUCCEEDED', output: 'done' });
    const ids = new Set(recordsIn(items).map(({ id }) => Number(id)));
    expect([...ids].sort((a, b) => a - b)).toEqual(Array.from(ids, (_, index) => index + 1));
    expect(recordsIn(items).filter(({ type }) => type === 'ExecutionRedriven')).toHaveLength(1);
  }
});

it.each([false, true])(
  'G1: a redrive emits what an earlier process left first; asked before resume: %s',
  async (actFirst) => {
    for (let crashAt = 2; ; crashAt += 1) {
      const db = new DatabaseSync(':memory:');
      const start = async (runner: ReturnType<typeof createRunner>) =>
        void (await runner.start({ workflow: 'w', id: 'x' }, '{}'));
      const first = await live(db, crashAt, start);
      if (first.ended) return;
      const ended = db.prepare("SELECT 1 FROM runner_runs WHERE status = 'FAILED'").get() !== undefined;
      const second = await live(db, 0, redriveOnce, actFirst);
      const items = [...new Set([...first.items, ...second.items])].map((item) => JSON.parse(item));
      const told = statusesIn(items).map(({ status, redriveCount }) => `${redriveCount} ${status}`);
      const whole = ['0 RUNNING', '0 FAILED', '1 RUNNING', '1 SUCCEEDED'];
      expect(told, `crash at write ${crashAt}`).toEqual(ended ? whole : whole.slice(0, told.length));
    }
  },
);
