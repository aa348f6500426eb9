import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { parseLogEvents } from '../../../core/sources/log-subscription.ts';
import { awslogs, controlMessage, decodedLogs, historyRecord } from '../../support/aws-shapes.ts';

const decode = (payload: { readonly awslogs: { readonly data: string } }): unknown =>
  JSON.parse(gunzipSync(Buffer.from(payload.awslogs.data, 'base64')).toString('utf8'));

describe('parseLogEvents', () => {
  it('answers one per log event, in order', () => {
    const records = [historyRecord({ state: 'A' }), historyRecord({ type: 'TaskScheduled', historyId: 3 }), {}];
    const answers = parseLogEvents(decode(awslogs(records)));
    expect(answers.map((answer) => answer.type)).toEqual(['facts', 'ignored', 'rejected']);
  });

  it('ignores a control message', () => {
    expect(parseLogEvents(decode(controlMessage()))).toEqual([{ type: 'ignored', why: 'control' }]);
  });

  it('rejects one bad log event and keeps the rest (G10)', () => {
    const logs = decodedLogs([historyRecord({ state: 'A' })]);
    const [good] = logs.logEvents as readonly object[];
    expect(parseLogEvents({ ...logs, logEvents: [null, { message: '{"id":' }, good] })).toEqual([
      { type: 'rejected', reason: 'log event 0 has no message' },
      { type: 'rejected', reason: 'the message of log event 1 is not JSON: "{\\"id\\":"' },
      expect.objectContaining({ type: 'facts' }),
    ]);
  });

  it('rejects a message that is JSON but no record', () => {
    const logs = { ...decodedLogs([]), logEvents: [{ message: 'null' }] };
    expect(parseLogEvents(logs)).toEqual([
      { type: 'rejected', reason: 'a history record must be a JSON object, not null' },
    ]);
  });

  it.each([
    [[], 'the log subscription payload is no JSON object'],
    [{ messageType: 'OTHER' }, 'messageType "OTHER" is unknown'],
    [{ messageType: 'DATA_MESSAGE' }, 'the log subscription payload has no list logEvents'],
  ])('rejects the wrong whole %j once', (decoded, reason) => {
    expect(parseLogEvents(decoded)).toEqual([{ type: 'rejected', reason }]);
  });

  it('S1: does not take records of an execution in another account than the log group', () => {
    const payload = { ...decodedLogs([historyRecord({ state: 'A' })]), owner: '999999999999' };
    expect(parseLogEvents(payload)).toEqual([
      { type: 'rejected', reason: expect.stringContaining('account "999999999999" is not that of arn:') },
    ]);
  });
});
