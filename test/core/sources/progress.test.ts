import { describe, expect, it } from 'vitest';
import { parseProgress } from '../../../core/sources/progress.ts';
import { executionArn, machineArn, progressEvent, startDate } from '../../support/aws-shapes.ts';

const report = (detail: unknown): unknown => parseProgress(progressEvent({ detail }));
const reasonOf = (detail: unknown): unknown => {
  const parsed = parseProgress(progressEvent({ detail }));
  return parsed.type === 'rejected' ? parsed.reason : parsed;
};
const withFact = (fact: object): object => ({ type: 'facts', facts: [expect.objectContaining(fact)] });

describe('S11: a progress event', () => {
  it('is read as the putEvents integration sends it', () => {
    const event = progressEvent({ percent: 50, message: 'Packing', sequence: 3, redriveCount: 1, eventId: 'e-1' });
    expect(parseProgress(event)).toEqual({
      type: 'facts',
      facts: [
        {
          type: 'progress',
          workflow: 'orders',
          id: 'order-1042',
          machineArn: machineArn('orders'),
          executionArn: executionArn('orders', 'order-1042'),
          startDate: null,
          at: Math.floor(startDate / 1_000) * 1_000,
          redriveCount: 1,
          sequence: 3,
          eventId: 'e-1',
          percent: 50,
          message: 'Packing',
        },
      ],
    });
  });

  it('may say one thing only; the rest is null, also when given as null', () => {
    const rest = { redriveCount: null, sequence: null };
    expect(report({ percent: 0 })).toEqual(withFact({ percent: 0, message: null, ...rest }));
    expect(report({ message: 'Packing', percent: null, ...rest })).toEqual(
      withFact({ percent: null, message: 'Packing', ...rest }),
    );
  });

  it('may carry its detail as JSON text, and keys that nobody knows', () => {
    expect(report('{"percent":7,"order":{"id":1}}')).toEqual(withFact({ percent: 7 }));
  });

  it('turns -0, which JSON can spell, into what it is stored as', () => {
    expect(report('{"percent":-0,"sequence":-0,"redriveCount":-0}')).toEqual(
      withFact({ percent: 0, sequence: 0, redriveCount: 0 }),
    );
  });

  it('takes the boundary values', () => {
    expect(report({ percent: 100, message: 'x'.repeat(280), sequence: -3 })).toEqual(
      withFact({ percent: 100, sequence: -3 }),
    );
    expect(report({ message: '🛒'.repeat(280) })).toEqual(withFact({ message: '🛒'.repeat(280) }));
  });

  it.each([
    [{ percent: 100.1 }, 'progress event: percent 100.1 is no number from 0 to 100'],
    [{ percent: -1 }, 'progress event: percent -1 is no number from 0 to 100'],
    [{ percent: '50' }, 'progress event: percent "50" is no number from 0 to 100'],
    [{ percent: Number.NaN }, 'progress event: percent NaN is no number from 0 to 100'],
    [{ message: 'x'.repeat(281) }, 'progress event: message is longer than 280 characters'],
    [{ message: { text: 'a' } }, 'progress event: message must be a string, not a value of type object'],
    [{ percent: 1, sequence: 1.5 }, 'progress event: sequence 1.5 is no whole number'],
    [{ percent: 1, redriveCount: -1 }, 'progress event: redriveCount -1 is no whole number from 0 up'],
    [{ sequence: 1 }, 'progress event: the report has neither percent nor message'],
    ['no json', 'the progress event has no detail object'],
    [[], 'the progress event has no detail object'],
  ])('is rejected with the reason: %j', (detail, reason) => {
    expect(reasonOf(detail)).toBe(reason);
  });

  it.each([
    ['time', { time: '2026-01-01' }, 'progress event: time "2026-01-01" is no time'],
    ['id', { id: null }, 'progress event: it has no id'],
  ])('is rejected without %s, for that ranks it', (_, wrong, reason) => {
    expect(parseProgress({ ...progressEvent({ percent: 1 }), ...wrong })).toEqual({ type: 'rejected', reason });
  });
});

describe('S11: whose progress it is', () => {
  it('is the appended execution, not one that the author put among the resources', () => {
    const resources = [executionArn('orders', 'another'), 'arn:aws:s3:::bucket'];
    expect(parseProgress(progressEvent({ percent: 1, resources }))).toEqual(withFact({ id: 'order-1042' }));
  });

  it('prefers the resources to the detail', () => {
    const detail = { percent: 1, executionArn: executionArn('orders', 'another') };
    expect(report(detail)).toEqual(withFact({ id: 'order-1042' }));
  });

  it('takes the detail where the resources name none', () => {
    const event = progressEvent({ detail: { percent: 1, executionArn: executionArn('orders', 'o-9') } });
    expect(parseProgress({ ...event, resources: ['arn:aws:s3:::bucket', machineArn('orders')] })).toEqual(
      withFact({ id: 'o-9' }),
    );
    expect(parseProgress({ ...event, resources: null })).toEqual(withFact({ id: 'o-9' }));
  });

  it('is rejected when nobody names one', () => {
    expect(parseProgress({ ...progressEvent({ percent: 1 }), resources: [] })).toEqual({
      type: 'rejected',
      reason: 'progress event: neither resources nor detail.executionArn name an execution',
    });
  });

  it('S1: is dropped for a child of a Map Run', () => {
    const event = { ...progressEvent({ percent: 1 }), resources: [executionArn('orders/Lines', '9b1c')] };
    expect(parseProgress(event)).toEqual({ type: 'ignored', why: 'map-run-child' });
  });

  it.each([
    ['another account', { account: '999999999999' }, 'account "999999999999" is not that of arn:'],
    ['another region', { region: 'us-east-1' }, 'region "us-east-1" is not that of arn:'],
    ['no account', { account: undefined }, 'it has no account or no region'],
    ['no region', { region: null }, 'it has no account or no region'],
  ])('is not taken with %s in its envelope: whoever puts events may name any execution', (_, envelope, reason) => {
    for (const event of [progressEvent({ percent: 1 }), progressEvent({ percent: 1, resources: [] })]) {
      const detail = { percent: 1, executionArn: executionArn('orders', 'order-1042') };
      expect(parseProgress({ ...event, detail, ...envelope })).toMatchObject({
        type: 'rejected',
        reason: expect.stringContaining(reason),
      });
    }
  });
});
