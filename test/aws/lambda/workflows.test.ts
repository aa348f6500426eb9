import { describe, expect, it } from 'vitest';
import { readWorkflows } from '../../../aws/lambda/workflows.ts';

const place = 'arn:aws:states:eu-west-1:111122223333';
const elsewhere = 'arn:aws:states:us-east-1:111122223333:stateMachine:billing-v2';

const file = {
  orders: { config: { tenantPath: '$.tenant', expose: { total: '$.total' } }, nesting: { Pay: ['Checkout'] } },
  billing: { config: { machineArn: elsewhere, tenant: 'acme' } },
  clicks: { config: {}, express: true },
};

describe('workflows.json', () => {
  it('S1: binds each name to one machine, its own or the one at the place of the deployment', () => {
    const workflows = readWorkflows(file, place);
    expect(workflows.machineArn('orders')).toBe(`${place}:stateMachine:orders`);
    expect(workflows.rulesOf('orders').machineArn).toBe(`${place}:stateMachine:orders`);
    expect(workflows.machineArn('billing')).toBe(elsewhere);
    expect(workflows.machineArn('unheard-of')).toBeNull();
  });

  it('tells the rules of each, and the defaults of what nobody configured', () => {
    const { rulesOf } = readWorkflows(file, place);
    expect(rulesOf('orders')).toMatchObject({
      owner: { inputPath: '$.tenant' },
      expose: { total: '$.total' },
      nesting: { Pay: ['Checkout'] },
    });
    expect(rulesOf('billing')).toMatchObject({ owner: { tenant: 'acme' }, nesting: null });
    expect(rulesOf('unheard-of')).toMatchObject({ machineArn: null, owner: { tenant: 'default' }, expose: {} });
  });

  it('S5: starts and lists Standard machines only', () => {
    const workflows = readWorkflows(file, place);
    expect(['orders', 'clicks', 'unheard-of'].map((name) => workflows.isStartable(name))).toEqual([true, false, false]);
    expect([...workflows.standard.keys()]).toEqual(['orders', 'billing']);
  });

  it('names the mistake', () => {
    expect(() => readWorkflows({ orders: { config: { machineArn: 'orders' } } }, place)).toThrow(
      'is no state machine ARN',
    );
    expect(() => readWorkflows({ orders: { config: {}, exprss: true } }, place)).toThrow('exprss');
  });

  it('refuses a path that could take more than linear time, and says which (G8)', () => {
    const file = { orders: { config: { expose: { found: '$..a..b' } } } };
    expect(() => readWorkflows(file, 'arn:aws:states:eu-west-1:111122223333')).toThrow(
      /expose\.found.*could take more than linear time/,
    );
  });
});
