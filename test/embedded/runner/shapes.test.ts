import { describe, expect, it } from 'vitest';
import { localPlace } from '../../../embedded/runner/place.ts';
import type { Run } from '../../../embedded/runner/run.ts';
import { statusEvent } from '../../../embedded/runner/status-event.ts';
import { logMessage, recordsIn, statusesIn } from './support/emitted.ts';
import { openKit, workflowOf } from './support/kit.ts';

const arn = 'arn:aws:states:local:000000000000:execution:w:x';
const machine = 'arn:aws:states:local:000000000000:stateMachine:w';
const started = Date.parse('2026-11-20T10:00:00.123Z');

const pass = { StartAt: 'A', States: { A: { Type: 'Pass', Result: { total: 7 }, End: true } } };
const task = {
  StartAt: 'Work',
  States: { Work: { Type: 'Task', Resource: 'arn:aws:lambda:eu-west-1:1:function:Work', End: true } },
};

/** A run of `w` as the journal holds it. */
function runOf(change: Partial<Run>): Run {
  return {
    ...{
      arn,
      workflow: 'w',
      id: 'x',
      input: '{}',
      startDate: started,
      redriveCount: 0,
      redriveDate: null,
      begunAt: started,
    },
    ...{ nextId: 1, nextSequence: 1, position: null, open: [], end: null },
    ...change,
  };
}

describe('the status-change event (aws-facts §1.1)', () => {
  it('is field by field what EventBridge delivers for RUNNING', async () => {
    const [first] = await openKit([workflowOf(pass)], { newEventId: () => 'e-1' }).run({ a: 1 });
    expect(first).toEqual({
      version: '0',
      id: 'e-1',
      'detail-type': 'Step Functions Execution Status Change',
      source: 'aws.states',
      account: '000000000000',
      time: '2026-11-20T10:00:00Z',
      region: 'local',
      resources: [arn],
      detail: {
        executionArn: arn,
        stateMachineArn: machine,
        name: 'x',
        status: 'RUNNING',
        startDate: started,
        stopDate: null,
        input: '{"a":1}',
        output: null,
        stateMachineVersionArn: null,
        stateMachineAliasArn: null,
        redriveCount: 0,
        redriveDate: null,
        redriveStatus: 'NOT_REDRIVABLE',
        redriveStatusReason: 'Execution is RUNNING and cannot be redriven',
        inputDetails: { included: true },
        outputDetails: null,
        error: null,
        cause: null,
      },
    });
  });

  it('differs for SUCCEEDED as recorded', async () => {
    const [running, ended] = statusesIn(await openKit([workflowOf(pass)]).run({ a: 1 }));
    expect(ended).toEqual({
      ...running,
      status: 'SUCCEEDED',
      stopDate: started,
      output: '{"total":7}',
      outputDetails: { included: true },
      redriveStatusReason: 'Execution is SUCCEEDED and cannot be redriven',
    });
  });

  it('has error and cause beside the status for FAILED, which can be redriven', async () => {
    const fail = { StartAt: 'F', States: { F: { Type: 'Fail', Error: 'E', Cause: 'c' } } };
    expect(statusesIn(await openKit([workflowOf(fail)]).run()).at(-1)).toMatchObject({
      ...{ status: 'FAILED', error: 'E', cause: 'c', output: null, outputDetails: null },
      ...{ redriveStatus: 'REDRIVABLE', redriveStatusReason: null },
    });
  });

  const told = { place: localPlace, eventId: 'e', now: started };
  const quotes = (escapedBytes: number): string => '"'.repeat(escapedBytes / 2);
  const limit = 248 * 1024;

  it.each([
    ['both fit exactly', quotes(limit - 100), quotes(100), true, true],
    ['together too large: the input goes', quotes(limit - 100), quotes(102), false, true],
    ['the output alone too large: both go', '{}', quotes(limit + 2), false, false],
  ])('leaves out by escaped size (§1.3): %s', (_, input, output, inputIn, outputIn) => {
    const end = { status: 'SUCCEEDED', output, error: null, cause: null, stopDate: started } as const;
    const { detail } = statusEvent(runOf({ input, end }), { ...told, whole: false });
    expect(detail).toMatchObject({
      ...{ input: inputIn ? input : null, inputDetails: { included: inputIn } },
      ...{ output: outputIn ? output : null, outputDetails: { included: outputIn } },
    });
  });

  it('leaves nothing out where DescribeExecution tells it', () => {
    const end = {
      status: 'SUCCEEDED',
      output: quotes(limit * 2),
      error: null,
      cause: null,
      stopDate: started,
    } as const;
    const { detail } = statusEvent(runOf({ input: quotes(limit), end }), { ...told, whole: true });
    expect(detail).toMatchObject({ input: quotes(limit), output: quotes(limit * 2) });
  });
});

describe('the history records (aws-facts §2.1, §2.3)', () => {
  it('come as CloudWatch Logs delivers them, all of one tick in one payload', async () => {
    const items = await openKit([workflowOf(task, { Work: () => 1 })]).run();
    const messages = items.map(logMessage).filter((message) => message !== null);
    expect(messages[0]).toEqual({
      messageType: 'DATA_MESSAGE',
      owner: '000000000000',
      logGroup: '/aws/vendedlogs/states/w',
      logStream: 'states/w/2026-11-20-10/00000000',
      subscriptionFilters: ['statuswire'],
      logEvents: expect.any(Array),
    });
    const events = messages.flatMap(({ logEvents }) => logEvents);
    expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
    for (const { id, timestamp } of events)
      expect([id, timestamp]).toEqual([expect.stringMatching(/^\d{56}$/), started]);
    expect(messages[0]?.logEvents.length).toBeGreaterThan(1);
  });

  it('have every number as a string, and no execution data', async () => {
    const records = recordsIn(await openKit([workflowOf(task, { Work: () => 1 })]).run({ secret: 1 }));
    const common = { event_timestamp: String(started), execution_arn: arn, redrive_count: '0' };
    const resource = 'arn:aws:lambda:eu-west-1:1:function:Work';
    const roleArn = 'arn:aws:iam::000000000000:role/statuswire-local';
    expect(records).toEqual([
      { id: '1', type: 'ExecutionStarted', details: { roleArn }, previous_event_id: '0', ...common },
      { id: '2', type: 'TaskStateEntered', details: { name: 'Work' }, previous_event_id: '0', ...common },
      { id: '3', type: 'LambdaFunctionScheduled', details: { resource }, previous_event_id: '2', ...common },
      { id: '4', type: 'LambdaFunctionStarted', details: {}, previous_event_id: '3', ...common },
      { id: '5', type: 'LambdaFunctionSucceeded', details: {}, previous_event_id: '4', ...common },
      { id: '6', type: 'TaskStateExited', details: { name: 'Work' }, previous_event_id: '5', ...common },
      { id: '7', type: 'ExecutionSucceeded', details: {}, previous_event_id: '6', ...common },
    ]);
  });
});

describe('progress (S11, aws-facts §3)', () => {
  it('is an event of the execution; what does not fit is brought into shape, what says nothing is dropped', async () => {
    const report = workflowOf(task, {
      Work: async (_, { progress }) => {
        await progress({ percent: 140, message: 'm'.repeat(300) });
        await progress({});
        return null;
      },
    });
    const items = await openKit([report], { newEventId: () => 'e' }).run();
    const progress = items.filter(
      (item) => (item as { 'detail-type'?: string })['detail-type'] === 'Statuswire Progress',
    );
    expect(progress).toEqual([
      {
        ...{ version: '0', id: 'e', 'detail-type': 'Statuswire Progress', source: 'statuswire.task' },
        ...{ account: '000000000000', time: '2026-11-20T10:00:00Z', region: 'local', resources: [machine, arn] },
        detail: { percent: 100, message: 'm'.repeat(280), sequence: 1, redriveCount: 0 },
      },
    ]);
  });

  it('comes from a putEvents Task without a handler, with the machine and the execution appended', async () => {
    const entry = { Source: 'shop', Detail: { percent: 40 }, Resources: ['mine'] };
    const put = {
      StartAt: 'Tell',
      States: {
        Tell: {
          Type: 'Task',
          Resource: 'arn:aws:states:::events:putEvents',
          Parameters: {
            Entries: [
              { ...entry, DetailType: 'Statuswire Progress', EventBusName: 'bus' },
              { ...entry, DetailType: 'OrderPlaced' },
            ],
          },
          End: true,
        },
      },
    };
    const items = await openKit([workflowOf(put)], { newEventId: () => 'e' }).run();
    const put1 = items.filter((item) => (item as { source?: string }).source === 'shop');
    expect(put1).toMatchObject([{ detail: { percent: 40 }, resources: ['mine', machine, arn] }]);
    expect(statusesIn(items).at(-1)?.output).toBe('{"Entries":[{"EventId":"e"},{"EventId":"e"}],"FailedEntryCount":0}');
    const service = { resourceType: 'events', resource: 'putEvents' };
    expect(recordsIn(items).slice(2, 5)).toMatchObject([
      { type: 'TaskScheduled', details: { ...service, region: 'local' } },
      { type: 'TaskStarted', details: service },
      { type: 'TaskSucceeded', details: service },
    ]);
  });
});
