import { describe, expect, it } from 'vitest';
import type { Fact, StateFact, StatusFact } from '../../../core/facts.ts';
import { parseHistoryRecord } from '../../../core/sources/history-record.ts';
import { executionArn, expressArn, historyRecord, machineArn, startDate } from '../../support/aws-shapes.ts';

function factOf(record: unknown): Fact {
  const parsed = parseHistoryRecord(record);
  const fact = parsed.type === 'facts' ? parsed.facts[0] : undefined;
  if (fact === undefined) throw new Error(`no fact but ${JSON.stringify(parsed)}`);
  return fact;
}

describe('states', () => {
  it('reads a state entered, as recorded: all numbers are strings', () => {
    const record = {
      id: '2',
      type: 'PassStateEntered',
      details: { name: 'State_1', input: '{}', inputDetails: { truncated: false } },
      previous_event_id: '0',
      event_timestamp: '1785902417166',
      execution_arn: executionArn('orders', 'o-1'),
      redrive_count: '0',
    };
    expect(factOf(record)).toEqual({
      type: 'state',
      workflow: 'orders',
      id: 'o-1',
      machineArn: machineArn('orders'),
      executionArn: executionArn('orders', 'o-1'),
      startDate: null,
      at: 1_785_902_417_166,
      redriveCount: 0,
      historyId: 2,
      change: 'entered',
      state: 'State_1',
      stateType: 'plain',
    });
  });

  it('takes numbers as numbers too, and a missing redrive_count as 0', () => {
    const record = { ...historyRecord({ state: 'A' }), id: 7, event_timestamp: startDate, redrive_count: undefined };
    expect(factOf(record)).toMatchObject({ historyId: 7, at: startDate, redriveCount: 0 });
  });

  it.each<[string, StateFact['change'], StateFact['stateType']]>([
    ['TaskStateEntered', 'entered', 'plain'],
    ['TaskStateExited', 'left', 'plain'],
    ['TaskStateAborted', 'left', 'plain'],
    ['ChoiceStateEntered', 'entered', 'plain'],
    ['SucceedStateExited', 'left', 'plain'],
    ['WaitStateAborted', 'left', 'plain'],
    ['ParallelStateEntered', 'entered', 'container'],
    ['ParallelStateAborted', 'left', 'container'],
    ['MapStateEntered', 'entered', 'container'],
    ['MapStateExited', 'left', 'container'],
    ['FailStateEntered', 'entered', 'fail'],
    ['AgentStateEntered', 'entered', 'plain'],
  ])('S8: %s is %s, %s', (type, change, stateType) => {
    expect(factOf(historyRecord({ type, state: 'A' }))).toMatchObject({ state: 'A', change, stateType });
  });

  it('reads a state without execution data', () => {
    expect(factOf(historyRecord({ details: { name: 'A' } }))).toMatchObject({ state: 'A' });
  });

  it('ignores an abort that does not say of what, as the API model has it', () => {
    const record = historyRecord({ type: 'TaskStateAborted', details: {} });
    expect(parseHistoryRecord(record)).toEqual({ type: 'ignored', why: 'irrelevant' });
  });
});

describe('the execution itself', () => {
  it('reads ExecutionStarted: a Standard run keeps its start to itself', () => {
    const details = {
      input: '{"tenant":"acme"}',
      inputDetails: { truncated: false },
      roleArn: 'arn:aws:iam::1:role/r',
    };
    expect(factOf(historyRecord({ type: 'ExecutionStarted', historyId: 1, details, at: startDate }))).toMatchObject({
      type: 'status',
      status: 'RUNNING',
      source: 'record',
      startDate: null,
      at: startDate,
      stopDate: null,
      input: { type: 'text', text: '{"tenant":"acme"}' },
      output: { type: 'none' },
    });
  });

  it('S2: an Express run starts when its record says so', () => {
    const record = historyRecord({
      type: 'ExecutionStarted',
      executionArn: expressArn('orders', 'o-1'),
      at: startDate,
    });
    expect(factOf(record)).toMatchObject({ startDate, executionArn: expressArn('orders', 'o-1'), id: 'o-1' });
    const later = historyRecord({ type: 'ExecutionSucceeded', executionArn: expressArn('orders', 'o-1') });
    expect(factOf(later).startDate).toBeNull();
  });

  it.each<[string, StatusFact['status']]>([
    ['ExecutionFailed', 'FAILED'],
    ['ExecutionTimedOut', 'TIMED_OUT'],
    ['ExecutionAborted', 'ABORTED'],
  ])('reads %s with error and cause', (type, status) => {
    const record = historyRecord({ type, details: { error: 'E', cause: 'c' }, at: startDate + 3 });
    const end = {
      status,
      errorName: 'E',
      cause: 'c',
      stopDate: startDate + 3,
      output: { type: 'none' },
      source: 'record',
    };
    expect(factOf(record)).toMatchObject(end);
  });

  it('reads an end without error', () => {
    expect(factOf(historyRecord({ type: 'ExecutionAborted', details: {} }))).toMatchObject({
      errorName: null,
      cause: null,
    });
  });

  it('S15: an output is there, cut, or not logged', () => {
    const outputOf = (details: { [key: string]: unknown }) => {
      const fact = factOf(historyRecord({ type: 'ExecutionSucceeded', details }));
      return fact.type === 'status' ? fact.output : null;
    };
    expect(outputOf({ output: '{"a":1}', outputDetails: { truncated: false } })).toEqual({
      type: 'text',
      text: '{"a":1}',
    });
    expect(outputOf({ output: '{"a":', outputDetails: { truncated: true } })).toEqual({ type: 'omitted' });
    expect(outputOf({})).toEqual({ type: 'omitted' });
  });

  it('S6: ExecutionRedriven begins the attempt that the record or its details count', () => {
    const redriven = (redriveCount: number, details: object) =>
      factOf({ ...historyRecord({ type: 'ExecutionRedriven', redriveCount }), details });
    expect(redriven(1, {})).toMatchObject({ status: 'RUNNING', redriveCount: 1, input: { type: 'none' } });
    expect(redriven(0, { redriveCount: 1 })).toMatchObject({ redriveCount: 1 });
  });
});

describe('everything else', () => {
  it.each([
    'TaskScheduled',
    'MapIterationStarted',
    'ParallelStateStarted',
    'MapStateFailed',
    'EvaluationFailed',
    'toString',
  ])('ignores %s', (type) =>
    expect(parseHistoryRecord(historyRecord({ type }))).toEqual({ type: 'ignored', why: 'irrelevant' }),
  );

  it('ignores a type that AWS has not invented yet', () => {
    expect(parseHistoryRecord(historyRecord({ type: 'DreamDreamt' }))).toEqual({ type: 'ignored', why: 'irrelevant' });
  });

  it('S1: drops children of a Map Run', () => {
    const record = historyRecord({ state: 'A', executionArn: executionArn('orders/Lines', '9b1c') });
    expect(parseHistoryRecord(record)).toEqual({ type: 'ignored', why: 'map-run-child' });
  });

  it.each([
    ['no object', 'text', 'a history record must be a JSON object, not "text"'],
    ['no id', { ...historyRecord(), id: undefined }, "the history record's id nothing is no whole number"],
    ['no type', { ...historyRecord(), type: 5 }, 'history record 2 has no type'],
    [
      'no ARN',
      { ...historyRecord(), execution_arn: null },
      'history record 2: execution_arn null is no ARN of an execution',
    ],
    ['no time', { ...historyRecord(), event_timestamp: 'now' }, 'history record 2: event_timestamp "now" is no time'],
    [
      'no attempt',
      { ...historyRecord(), redrive_count: 'x' },
      'history record 2: redrive_count "x" is no whole number',
    ],
    [
      'no state name',
      historyRecord({ details: {} }),
      'history record 2 (TaskStateEntered): details.name nothing is no name of a state',
    ],
    [
      'details that are none',
      { ...historyRecord(), details: 'x' },
      'history record 2 (TaskStateEntered): details.name nothing is no name of a state',
    ],
  ])('rejects %s with the reason', (_, record, reason) => {
    expect(parseHistoryRecord(record)).toEqual({ type: 'rejected', reason });
  });

  it('rejects a state name longer than ASL allows', () => {
    expect(parseHistoryRecord(historyRecord({ state: 'x'.repeat(81) }))).toMatchObject({ type: 'rejected' });
    expect(factOf(historyRecord({ state: '🛒'.repeat(80) }))).toMatchObject({ state: '🛒'.repeat(80) });
  });
});
