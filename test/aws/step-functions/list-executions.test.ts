import { describe, expect, it } from 'vitest';
import { createListExecutions } from '../../../aws/step-functions/list-executions.ts';
import { isUnavailable } from '../../../core/unavailable.ts';
import { end, fakeSfn, place } from './fake-sfn.ts';

const machine = `${place}:stateMachine:orders`;
const page = { status: null, cursor: null, limit: 2 } as const;

describe('listing executions', () => {
  it('tells where each stands, newest first, page by page', async () => {
    const sfn = fakeSfn();
    const list = createListExecutions(sfn.client);
    for (const [n, name] of ['a', 'b', 'c'].entries()) sfn.put('orders', name, { startDate: sfn.now + n });
    sfn.put('others', 'd');
    const [oldest] = sfn.executions.values();
    if (oldest) end(oldest, 'FAILED', sfn.now + 9);
    const first = await list(machine, page);
    expect(first.executions.map(({ executionArn }) => executionArn.split(':').at(-1))).toEqual(['c', 'b']);
    const second = await list(machine, { ...page, cursor: first.next });
    expect(second).toEqual({
      executions: [
        { executionArn: oldest?.arn, status: 'FAILED', startDate: sfn.now, stopDate: sfn.now + 9, redriveCount: 0 },
      ],
      next: null,
    });
  });

  it('asks for those that run, and never by redriveFilter, which a state machine does not take', async () => {
    const sfn = fakeSfn();
    await createListExecutions(sfn.client)(machine, { ...page, status: 'RUNNING' });
    expect(sfn.calls[0]?.input).toEqual({ stateMachineArn: machine, maxResults: 2, statusFilter: 'RUNNING' });
  });

  it('a token that is too old is told from throttling', async () => {
    const sfn = fakeSfn();
    const list = createListExecutions(sfn.client);
    sfn.fault = () => 'InvalidToken';
    await expect(list(machine, { ...page, cursor: 'old' })).rejects.toThrow(RangeError);
    sfn.fault = () => 'ThrottlingException';
    await expect(list(machine, page)).rejects.toSatisfy(isUnavailable);
    sfn.fault = () => 'StateMachineDoesNotExist';
    await expect(list(machine, page)).rejects.not.toSatisfy(isUnavailable);
  });
});
