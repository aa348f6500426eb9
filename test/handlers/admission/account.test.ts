import { describe, expect, it } from 'vitest';
import type { Caller, Grant } from '../../../core/access.ts';
import { accountOf } from '../../../handlers/admission/account.ts';

const grant: Grant = { type: 'workflow', workflow: 'orders' };
const key = (keyId: string, tenant = 'acme'): Caller => ({ type: 'key', keyId, tenant, scopes: ['read'] });
const token = (more: Partial<Extract<Caller, { type: 'token' }>> = {}): Caller => ({
  ...{ type: 'token', tenant: 'acme', grant, expiresAt: 1 },
  ...more,
});

describe('G8: whom an operation counts for', () => {
  it('an API key counts for itself, in no pool, or its tokens could starve it', () => {
    expect(accountOf(key('k1'))).toEqual({ caller: 'key:k1', pool: null, tenant: 'tenant:acme' });
  });

  it('tokens that one key made share its pool, whatever they name; those of two keys do not', () => {
    const one = accountOf(token({ keyId: 'k1' }));
    const other = accountOf(token({ keyId: 'k1', grant: { type: 'workflow', workflow: 'parcels' } }));
    expect(other.caller).not.toBe(one.caller);
    expect(other.pool).toBe(one.pool);
    expect(accountOf(token({ keyId: 'k2' })).pool).not.toBe(one.pool);
  });

  it('a fresh token of the same grant is the same caller', () => {
    expect(accountOf(token({ keyId: 'k1', expiresAt: 2 })).caller).toBe(accountOf(token({ keyId: 'k1' })).caller);
    expect(accountOf(token({ keyId: 'k1', tenant: 'other' })).caller).not.toBe(
      accountOf(token({ keyId: 'k1' })).caller,
    );
  });

  it('tokens that name no key share their tenant’s pool', () => {
    expect(accountOf(token()).pool).toBe(accountOf(token({ grant: { type: 'tenant' } })).pool);
    expect(accountOf(token()).pool).not.toBe(accountOf(token({ tenant: 'other' })).pool);
  });

  it('a company’s own tokens count for each subject, and share a pool that no other token is in', () => {
    const [ann, bob] = [accountOf(token({ subject: 'ann' })), accountOf(token({ subject: 'bob' }))];
    expect(ann.caller).not.toBe(bob.caller);
    expect(ann.pool).toBe(bob.pool);
    expect(ann.pool).not.toBe(accountOf(token()).pool);
    expect(ann.pool).not.toBe(accountOf(token({ subject: 'ann', tenant: 'other' })).pool);
  });
});
