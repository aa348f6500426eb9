import { describe, expect, it } from 'vitest';
import { parseEventBridge } from '../../../core/sources/event-bridge.ts';
import { progressEvent, statusChange } from '../../support/aws-shapes.ts';

describe('parseEventBridge', () => {
  it('reads status changes and progress', () => {
    expect(parseEventBridge(statusChange())).toMatchObject({ facts: [{ type: 'status' }] });
    expect(parseEventBridge(progressEvent({ percent: 1 }))).toMatchObject({ facts: [{ type: 'progress' }] });
  });

  it('S11: takes progress from any source', () => {
    expect(parseEventBridge({ ...progressEvent({ percent: 1 }), source: 'anything' })).toMatchObject({ type: 'facts' });
  });

  it('takes a status only from aws.states, which nobody else can put', () => {
    expect(parseEventBridge({ ...statusChange(), source: 'my.shop' })).toEqual({
      type: 'rejected',
      reason: 'detail-type "Step Functions Execution Status Change" of source "my.shop" is not read here',
    });
  });

  it.each([
    [{ source: 'aws.ec2', 'detail-type': 'EC2 Instance State-change Notification' }, 'detail-type "EC2 Instance'],
    [{}, 'detail-type nothing of source nothing is not read here'],
    [{ 'detail-type': { a: 1 }, source: 7 }, 'detail-type a value of type object of source 7 is not read here'],
    ['text', 'an EventBridge event must be a JSON object, not "text"'],
    [[statusChange()], 'an EventBridge event must be a JSON object, not a list'],
  ])('rejects the rest with the reason: %j', (event, reason) => {
    const parsed = parseEventBridge(event);
    expect(parsed.type === 'rejected' && parsed.reason).toContain(reason);
  });
});
