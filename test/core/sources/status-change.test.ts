import { describe, expect, it } from 'vitest';
import type { StatusFact } from '../../../core/facts.ts';
import { parseStatusChange } from '../../../core/sources/status-change.ts';
import { executionArn, machineArn, startDate, statusChange } from '../../support/aws-shapes.ts';

function factOf(event: unknown): StatusFact {
  const parsed = parseStatusChange(event);
  const fact = parsed.type === 'facts' ? parsed.facts[0] : undefined;
  if (fact?.type !== 'status') throw new Error(`no status fact but ${JSON.stringify(parsed)}`);
  return fact;
}

const envelope = Math.floor(startDate / 1_000) * 1_000;

describe('the recorded shapes', () => {
  it('reads RUNNING', () => {
    expect(factOf(statusChange())).toEqual({
      type: 'status',
      workflow: 'orders',
      id: 'order-1042',
      machineArn: machineArn('orders'),
      executionArn: executionArn('orders', 'order-1042'),
      startDate,
      at: startDate,
      status: 'RUNNING',
      source: 'event',
      binds: false,
      redriveCount: 0,
      stopDate: null,
      input: { type: 'text', text: '{}' },
      output: { type: 'none' },
      errorName: null,
      cause: null,
    });
  });

  it('reads SUCCEEDED, at its stop', () => {
    expect(factOf(statusChange({ status: 'SUCCEEDED', stopDate: startDate + 5 }))).toMatchObject({
      status: 'SUCCEEDED',
      at: startDate + 5,
      stopDate: startDate + 5,
      startDate,
      output: { type: 'text', text: '{"ok":true}' },
    });
  });

  it.each(['FAILED', 'TIMED_OUT', 'ABORTED'])('reads %s with error and cause beside the status', (status) => {
    expect(factOf(statusChange({ status, error: 'Shop.Closed', cause: 'at night' }))).toMatchObject({
      status,
      errorName: 'Shop.Closed',
      cause: 'at night',
      output: { type: 'none' },
    });
  });

  it('reads PENDING_REDRIVE at the time of the envelope', () => {
    const event = { ...statusChange({ status: 'PENDING_REDRIVE' }), time: '2026-01-01T13:00:00Z' };
    expect(factOf(event)).toMatchObject({ status: 'PENDING_REDRIVE', at: Date.parse('2026-01-01T13:00:00Z') });
  });
});

describe('missing, null and odd keys', () => {
  it('needs only an ARN, a status and a time', () => {
    const bare = {
      detail: { executionArn: executionArn('orders', 'o-1'), status: 'RUNNING' },
      time: '2026-01-01T12:00:00Z',
    };
    expect(factOf(bare)).toMatchObject({ id: 'o-1', startDate: null, at: envelope, redriveCount: 0, errorName: null });
  });

  it('reads every optional key as null', () => {
    const nulls = Object.fromEntries(
      Object.keys(statusChange().detail as object)
        .filter((key) => key !== 'status' && key !== 'executionArn')
        .map((key) => [key, null]),
    );
    expect(factOf(statusChange({ detail: nulls }))).toMatchObject({
      startDate: null,
      stopDate: null,
      at: envelope,
      redriveCount: 0,
      input: { type: 'none' },
      output: { type: 'none' },
    });
  });

  it('takes numbers as numeric strings', () => {
    const detail = { startDate: String(startDate), stopDate: `${startDate + 9}`, redriveCount: '2' };
    expect(factOf(statusChange({ status: 'FAILED', detail }))).toMatchObject({
      startDate,
      stopDate: startDate + 9,
      at: startDate + 9,
      redriveCount: 2,
    });
  });

  it('ignores unknown keys', () => {
    const event = { ...statusChange({ detail: { mapRunArn: null, news: { a: 1 } } }), 'replay-name': 'again' };
    expect(factOf(event)).toEqual(factOf(statusChange()));
  });

  it('ignores version and alias: the state machine follows from the execution', () => {
    const detail = {
      stateMachineArn: `${machineArn('orders')}:prod`,
      stateMachineVersionArn: `${machineArn('orders')}:3`,
      stateMachineAliasArn: `${machineArn('orders')}:prod`,
    };
    expect(factOf(statusChange({ detail })).machineArn).toBe(machineArn('orders'));
  });

  it('takes the first resource where executionArn is missing', () => {
    expect(factOf(statusChange({ id: 'o-7', detail: { executionArn: undefined } })).id).toBe('o-7');
    expect(factOf(statusChange({ id: 'o-7', detail: { executionArn: null } })).id).toBe('o-7');
  });

  it('falls back to the envelope for a time that nobody could write as ISO 8601', () => {
    expect(factOf(statusChange({ detail: { startDate: 9e15 } }))).toMatchObject({ startDate: null, at: envelope });
  });
});

describe('numbers', () => {
  it('turns -0, which JSON can spell, into what it is stored as', () => {
    const fact = factOf(statusChange({ detail: JSON.parse('{"startDate":-0,"stopDate":-0,"redriveCount":-0}') }));
    expect([fact.startDate, fact.stopDate, fact.at, fact.redriveCount]).toEqual([0, 0, 0, 0]);
  });
});

describe('S15: input and output that were left out', () => {
  it('is omitted when included is false', () => {
    const fact = factOf(statusChange({ status: 'SUCCEEDED', input: null, output: null }));
    expect([fact.input, fact.output]).toEqual([{ type: 'omitted' }, { type: 'omitted' }]);
  });

  it('has no input when nobody says that one was left out', () => {
    expect(factOf(statusChange({ detail: { input: null, inputDetails: null } })).input).toEqual({ type: 'none' });
  });

  it('knows that a success has an output although the details are missing', () => {
    const detail = { output: null, outputDetails: undefined };
    expect(factOf(statusChange({ status: 'SUCCEEDED', detail })).output).toEqual({ type: 'omitted' });
  });

  it('keeps an output that is the text null or the empty text', () => {
    expect(factOf(statusChange({ status: 'SUCCEEDED', output: 'null' })).output).toEqual({
      type: 'text',
      text: 'null',
    });
    expect(factOf(statusChange({ status: 'SUCCEEDED', output: '' })).output).toEqual({ type: 'text', text: '' });
  });
});

describe('redrive', () => {
  const at = startDate + 86_400_000;

  it.each([at, String(at), new Date(at).toISOString()])('happens at its redriveDate, given as %j', (redriveDate) => {
    expect(factOf(statusChange({ redriveCount: 1, redriveDate }))).toMatchObject({ at, redriveCount: 1, startDate });
  });

  it('happens at the time of the envelope without one, for startDate is that of the first attempt', () => {
    const event = { ...statusChange({ redriveCount: 1 }), time: '2026-01-02T00:00:00Z' };
    expect(factOf(event).at).toBe(Date.parse('2026-01-02T00:00:00Z'));
  });

  it('does not move the start of the first attempt', () => {
    expect(factOf(statusChange({ redriveCount: 0, redriveDate: at })).at).toBe(startDate);
  });
});

describe('rejected with a reason', () => {
  const { detail, ...bare } = statusChange();
  it.each([
    ['an unknown status', statusChange({ status: 'SLEEPING' }), 'status "SLEEPING" is unknown'],
    ['no status', statusChange({ detail: { status: undefined } }), 'status nothing is unknown'],
    ['no detail', bare, 'the status-change event has no detail object'],
    [
      'a detail that is text',
      { ...bare, detail: JSON.stringify(detail) },
      'the status-change event has no detail object',
    ],
    ['a bad ARN', statusChange({ detail: { executionArn: 'o-1' } }), 'executionArn "o-1" is no ARN of an execution'],
    ['a bad attempt', statusChange({ detail: { redriveCount: -1 } }), 'redriveCount -1 is no whole number'],
    [
      'no time at all',
      { ...statusChange({ detail: { startDate: null } }), time: 'yesterday' },
      'the status-change event has no usable time: neither in detail nor in the envelope',
    ],
  ])('%s', (_, event, reason) => {
    expect(parseStatusChange(event)).toEqual({ type: 'rejected', reason });
  });

  it('S1: children of a Map Run are no fault', () => {
    const child = executionArn('orders/Lines', '9b1c');
    expect(parseStatusChange(statusChange({ detail: { executionArn: child } }))).toEqual({
      type: 'ignored',
      why: 'map-run-child',
    });
  });

  it.each([
    [{ account: '999999999999' }, 'account "999999999999" is not that of arn:'],
    [{ region: 'us-east-1' }, 'region "us-east-1" is not that of arn:'],
  ])('S1: is not taken where its envelope says %j, another place than its execution', (envelope, reason) => {
    expect(parseStatusChange({ ...statusChange(), ...envelope })).toEqual({
      type: 'rejected',
      reason: expect.stringContaining(reason),
    });
  });

  it('S1: is taken without account and region', () => {
    const event = { ...statusChange(), account: undefined, region: undefined };
    expect(parseStatusChange(event).type).toBe('facts');
  });
});
