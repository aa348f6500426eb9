import { describe, expect, it } from 'vitest';
import type { TaskHandler } from '../../../embedded/workflows/task-handler.ts';
import { endIn, storyOf } from './support/emitted.ts';
import { openKit, workflowOf } from './support/kit.ts';

const failWith = (name: string, message = 'm'): Error => Object.assign(new Error(message), { name });
const lambda = (more: object = {}): object => ({ Type: 'Task', Resource: 'arn:x', End: true, ...more });
const machine = (States: object, more: object = {}): object => ({ StartAt: Object.keys(States)[0], States, ...more });

function story(definition: object, handlers: { readonly [name: string]: TaskHandler } = {}, input: unknown = {}) {
  const kit = openKit([workflowOf(definition, handlers)]);
  return kit.run(input).then((items) => ({ kit, end: endIn(items), story: storyOf(items) }));
}

describe('Retry and Catch', () => {
  it('retries as often and as late as the retrier says, with back-off, cap and jitter, then catches', async () => {
    const attempts: number[] = [];
    const Retry = [
      { ErrorEquals: ['Busy'], IntervalSeconds: 2, MaxAttempts: 3, BackoffRate: 3, MaxDelaySeconds: 10 },
      { ErrorEquals: ['States.ALL'], IntervalSeconds: 8, MaxAttempts: 1, JitterStrategy: 'FULL' },
    ];
    const Catch = [{ ErrorEquals: ['States.TaskFailed'], Next: 'Caught', ResultPath: '$.why' }];
    const errors = ['Busy', 'Busy', 'Other', 'Busy', 'Busy'];
    const { kit, end } = await story(
      machine({
        T: { ...lambda({ Retry, Catch }), End: undefined, Next: 'Caught' },
        Caught: { Type: 'Pass', End: true },
      }),
      {
        T: (_, { attempt }) => {
          attempts.push(attempt);
          throw failWith(errors[attempt] ?? 'Busy');
        },
      },
      { kept: 1 },
    );
    expect(attempts).toEqual([0, 1, 2, 3, 4]);
    expect(kit.clock.asked).toEqual([2_000, 6_000, 4_000, 10_000]);
    const Cause = '{"errorType":"Busy","errorMessage":"m","trace":[]}';
    expect(end.output).toEqual({ kept: 1, why: { Error: 'Busy', Cause } });
  });

  it('replaces the data by the error where a Catch has no ResultPath', async () => {
    const Catch = [{ ErrorEquals: ['States.ALL'], Next: 'C' }];
    const { end } = await story(machine({ T: lambda({ Catch }), C: { Type: 'Pass', End: true } }), {
      T: () => Promise.reject(failWith('Nope')),
    });
    expect(end.output).toMatchObject({ Error: 'Nope' });
  });

  it.each([
    ['States.TaskFailed', 'States.Timeout', 'FAILED'],
    ['States.ALL', 'States.Timeout', 'SUCCEEDED'],
    ['States.Timeout', 'States.Timeout', 'SUCCEEDED'],
    ['States.ALL', 'States.Runtime', 'FAILED'],
    ['States.Runtime', 'States.Runtime', 'FAILED'],
  ])('a catcher of %s makes of %s: %s', async (name, error, status) => {
    const Catch = [{ ErrorEquals: [name], Next: 'C' }];
    const { end } = await story(machine({ T: lambda({ Catch }), C: { Type: 'Pass', End: true } }), {
      T: () => Promise.reject(failWith(error)),
    });
    expect(end.status).toBe(status);
  });

  it('ends a Task that takes too long with States.Timeout and aborts its signal', async () => {
    let reason: unknown = null;
    const { end, story: told } = await story(machine({ T: lambda({ TimeoutSeconds: 5 }) }), {
      T: (_, { signal }) =>
        new Promise(() => {
          signal.addEventListener('abort', () => {
            reason = signal.reason;
          });
        }),
    });
    expect(end).toMatchObject({ status: 'FAILED', error: 'States.Timeout' });
    expect(told).toContain('LambdaFunctionTimedOut');
    expect(reason).toBeInstanceOf(Error);
  });
});

describe('Parallel', () => {
  const branch = (name: string, more: object = {}): object => machine({ [name]: lambda(more) });

  it('runs the branches beside each other and hands on their outputs in branch order', async () => {
    const { end, story: told } = await story(
      machine({ P: { Type: 'Parallel', Branches: [branch('A'), branch('B')], End: true } }),
      {
        A: (_, { sleep }) => sleep(100).then(() => 'a'),
        B: () => 'b',
      },
    );
    expect(end.output).toEqual(['a', 'b']);
    expect(told.filter((line) => /State(Entered|Exited|Started|Succeeded)/.test(line))).toEqual([
      ...['ParallelStateEntered P', 'ParallelStateStarted', 'TaskStateEntered A', 'TaskStateEntered B'],
      ...['TaskStateExited B', 'TaskStateExited A', 'ParallelStateSucceeded', 'ParallelStateExited P'],
    ]);
  });

  it('stops the other branches when one fails: their handlers are aborted, their states recorded as aborted (S8)', async () => {
    let aborted = false;
    const Catch = [{ ErrorEquals: ['Bad'], Next: 'C' }];
    const States = {
      P: { Type: 'Parallel', Branches: [branch('A'), branch('B')], Catch, End: true },
      C: { Type: 'Pass', End: true },
    };
    const { end, story: told } = await story(machine(States), {
      A: (_, { signal }) => new Promise(() => signal.addEventListener('abort', () => (aborted = true))),
      B: (_, { sleep }) => sleep(100).then(() => Promise.reject(failWith('Bad'))),
    });
    expect(aborted).toBe(true);
    expect(end.status).toBe('SUCCEEDED');
    expect(told.slice(-7)).toEqual([
      ...['TaskStateAborted B', 'TaskStateAborted A', 'ParallelStateFailed', 'ParallelStateExited P'],
      ...['PassStateEntered C', 'PassStateExited C', 'ExecutionSucceeded'],
    ]);
  });

  it('records nothing of a branch after another one failed, at whatever moment that was', async () => {
    const chain = Object.fromEntries(
      Array.from({ length: 20 }, (_, n) => [
        `A${n}`,
        { Type: 'Pass', ...(n < 19 ? { Next: `A${n + 1}` } : { End: true }) },
      ]),
    );
    const States = { P: { Type: 'Parallel', Branches: [machine(chain), branch('B')], End: true } };
    for (let moment = 0; moment < 40; moment += 1) {
      const { story: told } = await story(machine(States), {
        B: async () => {
          for (let turn = 0; turn < moment; turn += 1) await null;
          throw failWith('Bad');
        },
      });
      const after = told.slice(told.indexOf('TaskStateAborted B'));
      expect(after.filter((line) => /Entered|Exited/.test(line))).toEqual([]);
    }
  });

  it('leaves nothing open that a retried Parallel had entered before', async () => {
    let tries = 0;
    const Retry = [{ ErrorEquals: ['States.ALL'] }];
    const { story: told } = await story(
      machine({ P: { Type: 'Parallel', Branches: [branch('A')], Retry, End: true } }),
      {
        A: () => (tries++ === 0 ? Promise.reject(failWith('Bad')) : 1),
      },
    );
    expect(told.filter((line) => line.endsWith(' A'))).toEqual([
      ...['TaskStateEntered A', 'TaskStateAborted A', 'TaskStateEntered A', 'TaskStateExited A'],
    ]);
  });
});

describe('Map', () => {
  const over = (more: object = {}): object =>
    machine({ M: { Type: 'Map', ItemsPath: '$.items', ItemProcessor: machine({ T: lambda() }), End: true, ...more } });

  it('runs no more iterations at once than asked and keeps the order of the items', async () => {
    let now = 0;
    let most = 0;
    const T: TaskHandler = async (input, { sleep }) => {
      most = Math.max(most, ++now);
      await sleep(100 - Number(input));
      now -= 1;
      return Number(input) * 10;
    };
    const { end, story: told } = await story(over({ MaxConcurrency: 2 }), { T }, { items: [1, 50, 3, 4, 5] });
    expect([most, end.output]).toEqual([2, [10, 500, 30, 40, 50]]);
    expect(told.filter((line) => line.startsWith('MapIteration'))).toHaveLength(10);
    expect(told.slice(2, 4)).toEqual(['MapStateStarted', 'MapIterationStarted M 0']);
  });

  it('takes an empty list', async () => {
    expect((await story(over(), { T: () => 1 }, { items: [] })).end).toMatchObject({ status: 'SUCCEEDED', output: [] });
  });

  it('fails with its first failing iteration and records the others as aborted', async () => {
    const T: TaskHandler = (input) => (input === 1 ? Promise.reject(failWith('Bad')) : new Promise(() => undefined));
    const { end, story: told } = await story(over(), { T }, { items: [0, 1, 2] });
    expect(end).toMatchObject({ status: 'FAILED', error: 'Bad' });
    expect(told.slice(-8)).toEqual([
      ...['MapIterationFailed M 1', 'TaskStateAborted T', 'TaskStateAborted T', 'TaskStateAborted T'],
      ...['MapIterationAborted M 0', 'MapIterationAborted M 2', 'MapStateFailed', 'ExecutionFailed'],
    ]);
  });
});

describe('Wait, Choice, Succeed, Fail', () => {
  it.each([
    ['Seconds', { Seconds: 30 }, 30_000],
    ['SecondsPath', { SecondsPath: '$.s' }, 7_000],
    ['Timestamp', { Timestamp: '2026-11-20T10:01:00.123Z' }, 60_000],
    ['TimestampPath', { TimestampPath: '$.t' }, 0],
  ])('S37: a Wait with %s is shortened by the time scale', async (_, wait, ms) => {
    const kit = openKit([workflowOf(machine({ W: { Type: 'Wait', ...wait, End: true } }))], { timeScale: 0.01 });
    await kit.run({ s: 7, t: '2020-01-01T00:00:00Z' });
    expect(kit.clock.asked).toEqual([ms * 0.01]);
  });

  it('a Choice hands its OutputPath on, and fails where no rule fits', async () => {
    const Choices = [{ And: [{ Variable: '$.a.b', NumericGreaterThan: 2 }], Next: 'Big' }];
    const definition = machine({ C: { Type: 'Choice', OutputPath: '$.a', Choices }, Big: { Type: 'Succeed' } });
    expect((await story(definition, {}, { a: { b: 3 } })).end.output).toEqual({ b: 3 });
    expect((await story(definition, {}, { a: { b: 1 } })).end.error).toBe('States.NoChoiceMatched');
  });

  it('a Fail reads ErrorPath and CausePath, and may have neither', async () => {
    const States = { F: { Type: 'Fail', ErrorPath: '$.e', CausePath: "States.Format('because {}', $.c)" } };
    expect((await story(machine(States), {}, { e: 'E', c: 'x' })).end).toMatchObject({
      error: 'E',
      cause: 'because x',
    });
    expect((await story(machine({ F: { Type: 'Fail' } }))).end).toMatchObject({
      status: 'FAILED',
      error: null,
      cause: null,
    });
  });
});

describe('the data', () => {
  it('passes null, false, 0 and "" as results, and takes ResultPath $ for the whole', async () => {
    for (const result of [null, false, 0, '']) {
      const { end } = await story(machine({ T: lambda({ ResultPath: '$.r' }) }), { T: () => result }, { a: 1 });
      expect(end.output).toEqual({ a: 1, r: result });
    }
    const { end } = await story(machine({ P: { Type: 'Pass', Result: 5, ResultPath: '$', End: true } }));
    expect(end.output).toBe(5);
  });

  it('knows the execution, the state and the item in the context object, in branches and iterations too', async () => {
    const Parameters = {
      'id.$': '$$.Execution.Name',
      'input.$': '$$.Execution.Input.items',
      'state.$': '$$.State.Name',
      'item.$': '$$.Map.Item.Index',
      'machine.$': "States.Format('{} $$.Execution', $$.StateMachine.Name)",
    };
    const inner = machine({ Say: { Type: 'Pass', Parameters, End: true } });
    const definition = machine({ M: { Type: 'Map', ItemsPath: '$.items', ItemProcessor: inner, End: true } });
    const { end } = await story(definition, {}, { items: ['a'] });
    expect(end.output).toEqual([{ id: 'x', input: ['a'], state: 'Say', item: 0, machine: 'w $$.Execution' }]);
  });

  it('wraps payload and result of states:::lambda:invoke', async () => {
    const Parameters = { FunctionName: 'fn', 'Payload.$': '$.p' };
    const definition = machine({ T: lambda({ Resource: 'arn:aws:states:::lambda:invoke', Parameters }) });
    const { end } = await story(definition, { fn: (input) => ({ got: input }) }, { p: 4 });
    expect(end.output).toEqual({ ExecutedVersion: '$LATEST', Payload: { got: 4 }, StatusCode: 200 });
  });
});
