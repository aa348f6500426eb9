import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { executionArn, localPlace } from '../../../embedded/runner/place.ts';
import { redrivableMs } from '../../../embedded/runner/redrive.ts';
import { endIn, progressIn, recordsIn, statusesIn, storyOf } from './support/emitted.ts';
import { type Kit, openKit, workflowOf } from './support/kit.ts';

const definition = {
  StartAt: 'Charge',
  States: {
    Charge: { Type: 'Task', Resource: 'x', Next: 'Ship' },
    Ship: { Type: 'Task', Resource: 'x', End: true },
  },
};
const arn = executionArn(localPlace, 'w', 'x');

/** Ships only from the `succeedsAt`-th redrive on; `seen` is what the handlers were given. */
function shop(succeedsAt: number) {
  const seen: string[] = [];
  const workflow = workflowOf(definition, {
    Charge: (input) => {
      seen.push(`Charge ${JSON.stringify(input)}`);
      return { charged: true };
    },
    Ship: async (input, { execution, progress }) => {
      seen.push(`Ship ${JSON.stringify(input)} ${execution.redriveCount}`);
      await progress({ percent: 50 });
      if (execution.redriveCount < succeedsAt) throw Object.assign(new Error('closed'), { name: 'CarrierUnavailable' });
      return 'shipped';
    },
  });
  return { workflow, seen };
}

async function redrive(kit: Kit): Promise<unknown> {
  const outcome = await kit.runner.redrive(arn);
  await kit.runner.idle();
  return outcome;
}

describe('redrive', () => {
  it('goes on in the failed top-level state with its recorded input, ids and sequence going on', async () => {
    const { workflow, seen } = shop(1);
    const kit = openKit([workflow]);
    await kit.run({ start: 1 });
    const before = kit.items.length;
    const ids = recordsIn(kit.items).length;
    const at = kit.clock.now();
    expect(await redrive(kit)).toEqual({ type: 'redriven', redriveCount: 1, redriveDate: at });
    expect(seen).toEqual(['Charge {"start":1}', 'Ship {"charged":true} 0', 'Ship {"charged":true} 1']);
    const after = kit.items.slice(before);
    expect(storyOf(after)).toEqual([
      ...['ExecutionRedriven', 'TaskStateEntered Ship', 'LambdaFunctionScheduled', 'LambdaFunctionStarted'],
      ...['LambdaFunctionSucceeded', 'TaskStateExited Ship', 'ExecutionSucceeded'],
    ]);
    const [first, second] = recordsIn(after);
    expect(first).toMatchObject({ id: String(ids + 1), previous_event_id: String(ids), redrive_count: '1' });
    expect(first?.details).toEqual({ redriveCount: '1' });
    expect(second?.previous_event_id).toBe(String(ids + 1));
    expect(progressIn(kit.items)).toMatchObject([
      { sequence: 1, redriveCount: 0 },
      { sequence: 2, redriveCount: 1 },
    ]);
  });

  it('tells RUNNING first, with redriveCount, redriveDate and the first startDate, then one end', async () => {
    const { workflow } = shop(1);
    const kit = openKit([workflow]);
    await kit.run();
    const [started, failed] = statusesIn(kit.items);
    expect(failed).toMatchObject({ status: 'FAILED', redriveStatus: 'REDRIVABLE', redriveCount: 0 });
    await redrive(kit);
    const [running, succeeded, ...more] = statusesIn(kit.items).slice(2);
    const redriven = { redriveCount: 1, redriveDate: expect.any(Number), startDate: started?.startDate };
    expect(running).toMatchObject({ ...redriven, status: 'RUNNING', stopDate: null, error: null });
    expect(succeeded).toMatchObject({ ...redriven, status: 'SUCCEEDED', redriveStatus: 'NOT_REDRIVABLE' });
    expect(more).toEqual([]);
  });

  it('fails again where the reason is still there, and may be redriven again', async () => {
    const { workflow, seen } = shop(3);
    const kit = openKit([workflow]);
    await kit.run();
    for (const count of [1, 2, 3]) expect(await redrive(kit)).toMatchObject({ redriveCount: count });
    expect(statusesIn(kit.items).map(({ status, redriveCount }) => `${status} ${redriveCount}`)).toEqual([
      ...['RUNNING 0', 'FAILED 0', 'RUNNING 1', 'FAILED 1', 'RUNNING 2', 'FAILED 2', 'RUNNING 3', 'SUCCEEDED 3'],
    ]);
    expect(seen.filter((call) => call.startsWith('Charge'))).toHaveLength(1);
  });

  it('one that was caught into a Fail state fails there again, as on AWS', async () => {
    const caught = workflowOf(
      {
        StartAt: 'A',
        States: {
          A: { Type: 'Task', Resource: 'x', Catch: [{ ErrorEquals: ['States.ALL'], Next: 'F' }], End: true },
          F: { Type: 'Fail', Error: 'Declined' },
        },
      },
      { A: () => Promise.reject(new Error('no')) },
    );
    const kit = openKit([caught]);
    await kit.run();
    const before = kit.items.length;
    await redrive(kit);
    expect(storyOf(kit.items.slice(before))).toEqual(['ExecutionRedriven', 'FailStateEntered F', 'ExecutionFailed']);
    expect(endIn(kit.items)).toMatchObject({ status: 'FAILED', error: 'Declined' });
  });

  it('an aborted one goes on where it was; its time-out counts anew', async () => {
    const entered = Promise.withResolvers<void>();
    let calls = 0;
    const slow = workflowOf(
      { ...definition, TimeoutSeconds: 60 },
      {
        Charge: () => 1,
        Ship: (_, { sleep }) => {
          calls += 1;
          if (calls > 1) return sleep(50_000).then(() => 'late but in time');
          entered.resolve();
          return new Promise(() => undefined);
        },
      },
    );
    const kit = openKit([slow]);
    await kit.runner.start({ workflow: 'w', id: 'x' }, '{}');
    await entered.promise;
    await kit.runner.abort(arn, {});
    await new Promise<void>((resolve) => kit.clock.after(3_600_000, resolve));
    await redrive(kit);
    expect(endIn(kit.items)).toMatchObject({ status: 'SUCCEEDED', output: 'late but in time' });
  });

  it.each([
    ['one that runs', async (kit: Kit) => kit.runner.start({ workflow: 'w', id: 'x' }, '{}'), 'RUNNING'],
    ['one that nobody started', async () => undefined, 'ExecutionDoesNotExist'],
  ])('refuses %s, at once', async (_, prepare, reason) => {
    const kit = openKit([workflowOf(definition, { Charge: () => new Promise(() => undefined), Ship: () => 1 })]);
    await prepare(kit);
    expect(await kit.runner.redrive(arn)).toEqual({ type: 'refused', reason: expect.stringContaining(reason) });
  });

  it('refuses one that succeeded, and emits nothing for it', async () => {
    const kit = openKit([shop(0).workflow]);
    const count = (await kit.run()).length;
    expect(await redrive(kit)).toMatchObject({
      type: 'refused',
      reason: 'Execution is SUCCEEDED and cannot be redriven',
    });
    expect(kit.items).toHaveLength(count);
  });

  it('refuses one that ended over 14 days ago; DescribeExecution says so, too', async () => {
    const kit = openKit([shop(9).workflow]);
    await kit.run();
    await new Promise<void>((resolve) => kit.clock.after(redrivableMs, resolve));
    expect(await redrive(kit)).toMatchObject({ type: 'redriven' });
    await new Promise<void>((resolve) => kit.clock.after(redrivableMs + 1, resolve));
    expect(await redrive(kit)).toMatchObject({ type: 'refused', reason: expect.stringContaining('14 days') });
    const described = await kit.runner.describe(arn);
    const { detail } = described.type === 'described' ? (described.event as { detail: unknown }) : { detail: null };
    expect(detail).toMatchObject({ redriveStatus: 'NOT_REDRIVABLE', redriveCount: 1 });
  });

  it('refuses one whose history has 24,999 events', async () => {
    const kit = openKit([shop(9).workflow]);
    await kit.run();
    const set = (next: number) => kit.db.prepare('UPDATE runner_runs SET next_id = ?').run(next);
    set(25_000);
    expect(await redrive(kit)).toMatchObject({ type: 'refused', reason: expect.stringContaining('history') });
    set(24_999);
    expect(await redrive(kit)).toMatchObject({ type: 'redriven' });
  });

  it('waits until the end before it is in the log, and emits nothing twice', async () => {
    const emitted: unknown[] = [];
    const ending = Promise.withResolvers<void>();
    const release = Promise.withResolvers<void>();
    const kit = openKit([shop(1).workflow], {
      emit: async (item) => {
        if (statusesIn([item])[0]?.status === 'FAILED') {
          ending.resolve();
          await release.promise;
        }
        emitted.push(item);
      },
    });
    await kit.runner.start({ workflow: 'w', id: 'x' }, '{}');
    await ending.promise;
    const redriven = kit.runner.redrive(arn);
    // Time enough for a redrive that would not wait.
    for (let turn = 0; turn < 50; turn += 1) await new Promise(setImmediate);
    release.resolve();
    expect(await redriven).toMatchObject({ type: 'redriven' });
    await kit.runner.idle();
    expect(statusesIn(emitted).map(({ status }) => status)).toEqual(['RUNNING', 'FAILED', 'RUNNING', 'SUCCEEDED']);
  });

  it('of two at once one is refused', async () => {
    const kit = openKit([shop(9).workflow]);
    await kit.run();
    const outcomes = await Promise.all([kit.runner.redrive(arn), kit.runner.redrive(arn)]);
    await kit.runner.idle();
    expect(outcomes.map(({ type }) => type).sort()).toEqual(['redriven', 'refused']);
    expect(statusesIn(kit.items)).toHaveLength(4);
  });

  it('opens a database from before redrives', async () => {
    const db = new DatabaseSync(':memory:');
    const first = openKit([shop(9).workflow], { db });
    await first.run();
    await first.runner.stop();
    db.exec('ALTER TABLE runner_runs DROP COLUMN redrive_date');
    const kit = openKit([shop(1).workflow], { db });
    await kit.runner.resume();
    expect(await redrive(kit)).toMatchObject({ type: 'redriven', redriveCount: 1 });
    expect(endIn(kit.items)).toMatchObject({ status: 'SUCCEEDED' });
  });

  it('S10: any number of redrives keeps ids contiguous, attempts in order and one end for each', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0, max: 6 }), async (succeedsAt, redrives) => {
        const kit = openKit([shop(succeedsAt).workflow]);
        await kit.run();
        for (let count = 0; count < redrives; count += 1) await redrive(kit);
        const attempts = Math.min(succeedsAt, redrives) + 1;
        const ids = recordsIn(kit.items).map(({ id }) => Number(id));
        expect(ids).toEqual(ids.map((_, index) => index + 1));
        const told = statusesIn(kit.items).map(({ status, redriveCount }) => `${redriveCount} ${status}`);
        expect(told).toEqual(
          Array.from({ length: attempts }, (_, count) => [
            `${count} RUNNING`,
            `${count} ${count === succeedsAt ? 'SUCCEEDED' : 'FAILED'}`,
          ]).flat(),
        );
      }),
      { numRuns: 25 },
    );
  });
});
