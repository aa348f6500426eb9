import { describe, expect, it } from 'vitest';
import type { Scope } from '../../core/access.ts';
import { callerClaims } from '../../handlers/authorize/caller-claims.ts';
import { asCaller, key, namedToken, now, resolverOf } from './support/kit.ts';
import type { Identity } from './support/resolver.ts';

const args = { workflow: 'orders', id: 'order-1' };

/** What came of a query field, and what its Lambda was asked. */
async function query(field: string, identity: Identity, more: object = {}, lambda: () => unknown = () => null) {
  const asked: unknown[] = [];
  const resolved = await resolverOf(field).run(
    { args: { ...args, ...more }, identity, now: () => now },
    async (event) => {
      asked.push(event);
      return lambda();
    },
  );
  return { asked, resolved };
}

describe.each(['status', 'updates'])('Query.%s', (name) => {
  const field = `Query.${name}`;

  it('asks the service, in the caller’s name and in no other', async () => {
    const more = { after: 'c', limit: 5, caller: 'another', tenant: 'other' };
    const { asked, resolved } = await query(field, asCaller(key), more, () => ({ type: 'data', data: { seq: 1 } }));
    expect(asked).toEqual([{ field: name, args: { ...args, ...more }, caller: callerClaims(key) }]);
    expect(resolved).toMatchObject({ type: 'data', data: { seq: 1 } });
  });

  it('S26: an execution that the token does not name is like one that does not exist, and costs no invocation', async () => {
    expect(await query(field, asCaller(namedToken), { id: 'order-2' })).toEqual({
      asked: [],
      resolved: { type: 'data', data: null, errors: [], filter: null },
    });
  });

  it('S24: a key without the scope read is told so', async () => {
    const scopes: readonly Scope[] = ['start'];
    const { asked, resolved } = await query(field, asCaller({ ...key, scopes }));
    expect(asked).toEqual([]);
    expect(resolved).toMatchObject({
      type: 'error',
      error: { errorType: 'Unauthorized', message: expect.stringMatching(/scope read/) },
    });
  });

  it.each<Identity>([{ type: 'none' }, { type: 'iam' }, { type: 'oidc', claims: {} }])(
    'refuses $type',
    async (identity) => {
      const { asked, resolved } = await query(field, identity);
      expect(asked).toEqual([]);
      expect(resolved).toMatchObject({ type: 'error', error: { errorType: 'Unauthorized' } });
    },
  );

  it('passes the service’s error on', async () => {
    const told = { type: 'error', errorType: 'BadRequestException', message: 'after is no cursor.' };
    const { resolved } = await query(field, asCaller(key), {}, () => told);
    expect(resolved).toEqual({ type: 'error', error: { errorType: told.errorType, message: told.message } });
  });

  it('S26: what a Lambda says when it falls stays inside', async () => {
    const { resolved } = await query(field, asCaller(key), {}, () => {
      throw new Error('TypeError at /var/task/index.js:12');
    });
    expect(resolved).toEqual({
      type: 'error',
      error: { errorType: 'ServiceUnavailableException', message: expect.not.stringContaining('var/task') },
    });
  });

  it.each([null, {}, 'text', { type: 'unknown' }])('takes an answer like %j for none', async (told) => {
    const { resolved } = await query(field, asCaller(key), {}, () => told);
    expect(resolved).toMatchObject({ type: 'error', error: { errorType: 'InternalFailure' } });
  });
});
