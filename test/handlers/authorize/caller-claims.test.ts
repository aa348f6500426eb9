import { describe, expect, it } from 'vitest';
import type { Caller, Grant } from '../../../core/access.ts';
import { callerClaims, readCallerClaims } from '../../../handlers/authorize/caller-claims.ts';

const grants: readonly Grant[] = [
  { type: 'executions', executions: [{ workflow: 'orders', id: 'o-1' }] },
  { type: 'workflow', workflow: 'orders' },
  { type: 'workflows', workflows: ['orders', 'parcels'] },
  { type: 'tenant' },
];
const token = { type: 'token', tenant: 'acme', expiresAt: 1 } as const;
const callers: readonly Caller[] = [
  { type: 'key', keyId: 'k', tenant: 'acme', scopes: ['read', 'admin'] },
  ...grants.flatMap((grant): readonly Caller[] => [
    { ...token, grant },
    { ...token, grant, subject: 'u1' },
    { ...token, grant, keyId: 'k' },
  ]),
];

describe('a caller as text', () => {
  it.each(callers)('is read as it was: %j', (caller) => {
    expect(readCallerClaims(callerClaims(caller))).toEqual(caller);
  });

  it.each([
    { ...token, grant: { type: 'everything' } },
    { ...token, grant: { type: 'workflows', workflows: 'orders' } },
    { ...token, grant: { type: 'tenant' }, subject: '' },
    { ...token, grant: { type: 'tenant' }, expiresAt: null },
  ])('is nobody: %j', (caller) => {
    expect(readCallerClaims(JSON.stringify(caller))).toBeNull();
  });
});
