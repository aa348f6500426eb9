import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { locate, parseExecutionArn } from '../../../core/sources/execution-arn.ts';

const prefix = 'arn:aws:states:eu-west-1:111122223333';

describe('parseExecutionArn', () => {
  it('takes a Standard ARN apart', () => {
    expect(parseExecutionArn(`${prefix}:execution:orders:order-1042`)).toEqual({
      executionArn: `${prefix}:execution:orders:order-1042`,
      workflow: 'orders',
      id: 'order-1042',
      machineArn: `${prefix}:stateMachine:orders`,
      region: 'eu-west-1',
      account: '111122223333',
      express: false,
      child: false,
    });
  });

  it('takes an Express ARN apart, whose UUID is no part of the name', () => {
    expect(parseExecutionArn(`${prefix}:express:orders:o-1:0f5c1e2a-7c0e`)).toMatchObject({
      workflow: 'orders',
      id: 'o-1',
      machineArn: `${prefix}:stateMachine:orders`,
      express: true,
    });
  });

  it.each([`${prefix}:execution:orders/Lines:9b1c`, `${prefix}:express:orders/Lines:9b1c:uuid`])(
    'S1: knows a child of a Map Run: %s',
    (arn) => expect(parseExecutionArn(arn)).toMatchObject({ workflow: 'orders', child: true }),
  );

  it.each(['arn:aws-cn:states:cn-north-1:1:execution:a:b', 'arn:aws-us-gov:states:us-gov-west-1:1:execution:a:b'])(
    'keeps the partition: %s',
    (arn) => expect(parseExecutionArn(arn)?.machineArn).toBe(arn.replace('execution:a:b', 'stateMachine:a')),
  );

  it.each(['ümlaut-名前', "a.b_c-D(1)+=!@'", 'x'.repeat(80), '🛒'])(
    'S1: takes any name Step Functions allows: %s',
    (id) => expect(parseExecutionArn(`${prefix}:execution:orders:${id}`)?.id).toBe(id),
  );

  it.each(['', 'x'.repeat(81), 'a b', 'a<b', 'a*', 'a"', 'a#', 'a\\b', 'a^', 'a|', 'a~', 'a`', 'a$', 'a&', 'a,', 'a;'])(
    'S1: refuses a name Step Functions does not allow: %j',
    (id) => {
      expect(parseExecutionArn(`${prefix}:execution:orders:${id}`)).toBeNull();
      expect(parseExecutionArn(`${prefix}:execution:${id}:order-1042`)).toBeNull();
    },
  );

  it.each(['\u0000', 'a\u007f', 'a\u0085', '\ud800', '\uffff', 'a\n'])('S1: refuses control characters: %j', (id) =>
    expect(parseExecutionArn(`${prefix}:execution:orders:${id}`)).toBeNull(),
  );

  it.each([
    undefined,
    null,
    42,
    {},
    'orders',
    `${prefix}:stateMachine:orders`,
    `${prefix}:stateMachine:orders:prod`,
    `${prefix}:mapRun:orders/Lines:9b1c`,
    `${prefix}:execution:orders`,
    `${prefix}:execution:orders:a:b`,
    `${prefix}:express:orders:a`,
    'arn:aws:lambda:eu-west-1:111122223333:execution:orders:a',
    `${prefix}:execution:orders:${'x'.repeat(100_000)}`,
  ])('is null for what is no execution: %j', (input) => expect(parseExecutionArn(input)).toBeNull());

  it('never throws', () => {
    fc.assert(fc.property(fc.anything(), (input) => parseExecutionArn(input) === null));
  });
});

describe('locate', () => {
  it('answers a reason that names the place and the text', () => {
    expect(locate('order-1042', 'executionArn')).toEqual({
      type: 'rejected',
      reason: 'executionArn "order-1042" is no ARN of an execution',
    });
  });

  it('S1: children of a Map Run are counted and dropped', () => {
    expect(locate(`${prefix}:execution:orders/Lines:9b1c`, 'x')).toEqual({ type: 'ignored', why: 'map-run-child' });
  });
});
