import { describe, expect, it } from 'vitest';
import type { Caller } from '../../core/access.ts';
import { callerClaims } from '../../handlers/authorize/caller-claims.ts';
import { createQueryResolver } from '../../handlers/graphql/appsync/query-resolver.ts';
import { headOf, logOf, now, type ReadLog, updateOf } from '../handlers/graphql/support.ts';
import { key, namedToken } from './support/kit.ts';

const updates = [1, 2, 3].map((seq) => updateOf({ seq }));
const last = updateOf({ seq: 3 });
const cursorOf = (seq: number) => updateOf({ seq }).cursor;

function serviceOver(log: ReadLog = logOf(headOf(last), updates)) {
  const reported: unknown[] = [];
  const resolve = createQueryResolver({ log, now: () => now, report: (error) => `incident-${reported.push(error)}` });
  const ask = (field: string, args: object = {}, caller: Caller = key) =>
    resolve({ field, args: { workflow: 'orders', id: 'order-1', ...args }, caller: callerClaims(caller) });
  return { reported, resolve, ask };
}

describe('the Lambda behind Query', () => {
  it('status: the last update, whole', async () => {
    expect(await serviceOver().ask('status')).toEqual({ type: 'data', data: last });
  });

  it('S20: updates: a page after a cursor; null stands for what is left out', async () => {
    const page = (seqs: readonly number[], next: number, more: boolean) => ({
      type: 'data',
      data: { updates: seqs.map((seq) => updateOf({ seq })), snapshot: null, next: cursorOf(next), more },
    });
    const { ask } = serviceOver();
    expect(await ask('updates', { after: null, limit: null })).toEqual(page([1, 2, 3], 3, false));
    expect(await ask('updates', { after: cursorOf(1), limit: 1 })).toEqual(page([2], 2, true));
    expect(await ask('updates', { after: cursorOf(3) })).toEqual(page([], 3, false));
  });

  it('S20: a snapshot where the log cannot be continued', async () => {
    const { ask } = serviceOver(logOf(headOf(last), updates, 3));
    expect(await ask('updates', { after: cursorOf(1) })).toEqual({
      type: 'data',
      data: { updates: [], snapshot: last, next: last.cursor, more: false },
    });
  });

  it.each([
    ['of another tenant', { ...key, tenant: 'other' }, {}],
    ['that the token does not name', namedToken, { id: 'order-2' }],
    ['that does not exist', key, { id: 'order-3' }],
  ] as const)('S26: null for an execution %s', async (_, caller, args) => {
    const { ask } = serviceOver();
    expect(await ask('status', args, caller)).toEqual({ type: 'data', data: null });
    expect(await ask('updates', args, caller)).toEqual({ type: 'data', data: null });
  });

  it.each([{ after: 'nonsense' }, { limit: 0 }, { limit: 1_001 }])(
    'tells the caller what is wrong with %j',
    async (args) => {
      const { ask, reported } = serviceOver();
      expect(await ask('updates', args)).toMatchObject({ type: 'error', errorType: 'BadRequestException' });
      expect(reported).toEqual([]);
    },
  );

  it('S26: what goes wrong inside is reported, and the caller hears the incident alone', async () => {
    const failing = {
      load: () => Promise.reject(new Error('ProvisionedThroughputExceeded')),
      read: logOf(headOf(last), []).read,
    };
    const { ask, reported } = serviceOver(failing);
    expect(await ask('status')).toEqual({
      type: 'error',
      errorType: 'InternalFailure',
      message: 'Unexpected error incident-1.',
    });
    expect(reported).toHaveLength(1);
  });

  it.each([
    null,
    {},
    { field: 'publishStatus', args: { workflow: 'orders', id: 'order-1' }, caller: callerClaims(key) },
    { field: 'status', args: { workflow: 'orders' }, caller: callerClaims(key) },
    { field: 'status', args: { workflow: 'orders', id: 'order-1' } },
    { field: 'status', args: { workflow: 'orders', id: 'order-1' }, caller: '{}' },
    { field: 'status', args: { workflow: 'orders', id: 'order-1' }, caller: key },
  ])('G9: answers nothing to an event like %j', async (event) => {
    const { resolve, reported } = serviceOver();
    expect(await resolve(event)).toMatchObject({ type: 'error', errorType: 'InternalFailure' });
    expect(reported).toHaveLength(1);
  });
});
