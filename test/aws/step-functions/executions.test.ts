import { describe, expect, it } from 'vitest';
import { readWorkflows } from '../../../aws/lambda/workflows.ts';
import { createExecutions } from '../../../aws/step-functions/executions.ts';
import { parseStatusChange } from '../../../core/sources/status-change.ts';
import { isUnavailable } from '../../../core/unavailable.ts';
import { end, fakeSfn, place } from './fake-sfn.ts';

const elsewhere = 'arn:aws:states:us-east-1:111122223333';
const key = { workflow: 'orders', id: 'order-1042' };
const arn = `${place}:execution:orders:order-1042`;

function bench() {
  const sfn = fakeSfn();
  const workflows = readWorkflows(
    {
      orders: { config: {} },
      clicks: { config: {}, express: true },
      far: { config: { machineArn: `${elsewhere}:stateMachine:far` } },
    },
    place,
  );
  const executions = createExecutions({
    client: sfn.client,
    workflows,
    place,
    now: () => sfn.now,
    newId: () => 'event-1',
  });
  return { sfn, executions, names: () => sfn.calls.map(({ name }) => name) };
}

const rejection = async (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => null,
    (error: unknown) => error,
  );

describe('starting an execution', () => {
  it('names it after the id, and answers the run', async () => {
    const { sfn, executions } = bench();
    expect(await executions.start(key, '{"a":1}')).toEqual({
      type: 'started',
      executionArn: arn,
      machineArn: `${place}:stateMachine:orders`,
      startDate: sfn.now,
    });
    expect(sfn.calls[0]?.input).toEqual({
      stateMachineArn: `${place}:stateMachine:orders`,
      name: 'order-1042',
      input: '{"a":1}',
    });
  });

  it('S5: the same name with the same input is the same run, also after it has ended', async () => {
    const { sfn, executions } = bench();
    const first = await executions.start(key, '{"a":1,"b":2}');
    const run = sfn.executions.get(arn);
    if (run) end(run, 'SUCCEEDED', sfn.now + 1_000);
    sfn.now += 60_000;
    expect(await executions.start(key, '{ "b": 2, "a": 1 }')).toEqual(first);
  });

  it('S5: the same name with another input is refused, so that nobody sees the run of a stranger', async () => {
    const { executions } = bench();
    await executions.start(key, '{"a":1}');
    expect(await executions.start(key, '{"a":2}')).toMatchObject({
      type: 'refused',
      reason: expect.stringContaining('another input'),
    });
  });

  it.each(['StateMachineDoesNotExist', 'InvalidName', 'InvalidExecutionInput', 'StateMachineDeleting', 'InvalidArn'])(
    '%s is final',
    async (fault) => {
      const { sfn, executions } = bench();
      sfn.fault = () => fault;
      expect(await executions.start(key, '{}')).toEqual({ type: 'refused', reason: `${fault}: injected ${fault}` });
    },
  );

  it.each(['ThrottlingException', 'ExecutionLimitExceeded', 'InternalServerError', 'TimeoutError'])(
    '%s passes: the start is tried again',
    async (fault) => {
      const { sfn, executions } = bench();
      sfn.fault = () => fault;
      expect(isUnavailable(await rejection(executions.start(key, '{}')))).toBe(true);
    },
  );

  it('trouble while the name is looked up passes too, instead of refusing the start', async () => {
    const { sfn, executions } = bench();
    await executions.start(key, '{"a":1}');
    const run = sfn.executions.get(arn);
    if (run) end(run, 'FAILED', sfn.now);
    sfn.fault = (name) => (name === 'DescribeExecutionCommand' ? 'ThrottlingException' : null);
    expect(isUnavailable(await rejection(executions.start(key, '{"a":1}')))).toBe(true);
  });

  it('a missing permission is no final answer: whoever runs the service can mend it', async () => {
    const { sfn, executions } = bench();
    sfn.fault = () => 'AccessDeniedException';
    await expect(executions.start(key, '{}')).rejects.toThrow('AccessDenied');
  });

  it('S5: Express, unconfigured and far workflows are refused without asking', async () => {
    const { executions, names } = bench();
    for (const workflow of ['clicks', 'unheard-of', 'far']) {
      expect(await executions.start({ workflow, id: 'x' }, '{}')).toMatchObject({ type: 'refused' });
    }
    expect(names()).toEqual([]);
  });
});

describe('describing an execution', () => {
  it('answers in the shape of a status-change event', async () => {
    const { sfn, executions } = bench();
    const run = sfn.put('orders', 'order-1042', { input: '{"tenant":"acme"}', redriveCount: 1, redriveDate: 5 });
    end(run, 'SUCCEEDED', sfn.now + 2_000);
    const described = await executions.describe(arn);
    const parsed = described.type === 'described' ? parseStatusChange(described.event) : null;
    expect(parsed).toMatchObject({
      type: 'facts',
      facts: [
        {
          workflow: 'orders',
          id: 'order-1042',
          executionArn: arn,
          startDate: run.startDate,
          stopDate: sfn.now + 2_000,
          at: sfn.now + 2_000,
          status: 'SUCCEEDED',
          source: 'event',
          redriveCount: 1,
          input: { type: 'text', text: '{"tenant":"acme"}' },
          output: { type: 'text', text: '{"total":7}' },
        },
      ],
    });
  });

  it('tells error and cause of a failure, and of a redriven run when it began again', async () => {
    const { sfn, executions } = bench();
    const run = sfn.put('orders', 'order-1042');
    end(run, 'FAILED', sfn.now + 1_000);
    const failed = await executions.describe(arn);
    expect(failed).toMatchObject({ event: { detail: { error: 'Broken', cause: 'it broke', outputDetails: null } } });
    await executions.redrive(arn);
    const again = await executions.describe(arn);
    const parsed = again.type === 'described' ? parseStatusChange(again.event) : null;
    expect(parsed).toMatchObject({ facts: [{ status: 'RUNNING', redriveCount: 1, at: sfn.now }] });
  });

  it('S15: an output that it may not decrypt counts as left out; the status is known all the same', async () => {
    const { sfn, executions } = bench();
    end(sfn.put('orders', 'order-1042'), 'SUCCEEDED', sfn.now);
    sfn.fault = (_, input) => (input.includedData === 'METADATA_ONLY' ? null : 'KmsAccessDeniedException');
    const described = await executions.describe(arn);
    expect(described).toMatchObject({ event: { detail: { output: null, outputDetails: { included: false } } } });
    const parsed = described.type === 'described' ? parseStatusChange(described.event) : null;
    expect(parsed).toMatchObject({ facts: [{ input: { type: 'omitted' }, output: { type: 'omitted' } }] });
  });

  it.each(['ExecutionDoesNotExist', 'AccessDeniedException'])('%s: nobody here can ask', async (fault) => {
    const { sfn, executions } = bench();
    sfn.fault = () => fault;
    expect(await executions.describe(arn)).toMatchObject({ type: 'impossible' });
  });

  it('asks nothing about Express executions, children of a Map Run, other places and what is no ARN', async () => {
    const { executions, names } = bench();
    const others = [
      `${place}:express:orders:order-1042:0f5c1e2a`,
      `${place}:execution:orders/map:order-1042`,
      `${elsewhere}:execution:orders:order-1042`,
      'order-1042',
    ];
    for (const other of others) expect(await executions.describe(other)).toMatchObject({ type: 'impossible' });
    expect(names()).toEqual([]);
  });

  it('throttling rejects as unavailable', async () => {
    const { sfn, executions } = bench();
    sfn.fault = () => 'ThrottlingException';
    expect(isUnavailable(await rejection(executions.describe(arn)))).toBe(true);
  });
});

describe('redriving an execution', () => {
  it('answers the number of the new attempt, which RedriveExecution does not tell', async () => {
    const { sfn, executions } = bench();
    const run = sfn.put('orders', 'order-1042', { redriveCount: 2 });
    end(run, 'ABORTED', sfn.now);
    sfn.now += 9_000;
    expect(await executions.redrive(arn)).toEqual({ type: 'redriven', redriveDate: sfn.now, redriveCount: 3 });
    expect(run).toMatchObject({ status: 'RUNNING', redriveCount: 3 });
  });

  it('refuses what cannot be redriven, and what is none of ours', async () => {
    const { sfn, executions } = bench();
    sfn.put('orders', 'order-1042');
    expect(await executions.redrive(arn)).toMatchObject({
      type: 'refused',
      reason: expect.stringContaining('ExecutionNotRedrivable'),
    });
    for (const other of [`${arn}-unknown`, `${elsewhere}:execution:orders:x`, 'x']) {
      expect(await executions.redrive(other)).toMatchObject({ type: 'refused' });
    }
  });

  it.each(['ThrottlingException', 'ExecutionLimitExceeded'])('%s passes', async (fault) => {
    const { sfn, executions } = bench();
    end(sfn.put('orders', 'order-1042'), 'FAILED', sfn.now);
    sfn.fault = (name) => (name === 'RedriveExecutionCommand' ? fault : null);
    expect(isUnavailable(await rejection(executions.redrive(arn)))).toBe(true);
  });
});
