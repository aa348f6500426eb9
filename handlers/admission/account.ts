import { createHash } from 'node:crypto';
import type { Caller } from '../../core/access.ts';

/** Whom an operation counts for. Limits know these three names only, never the credential. */
export interface Account {
  /** An API key; all watch tokens of one tenant with the same grant; or the subject that a company's own tokens are about. */
  readonly caller: string;
  /**
   * What callers share that cost nothing to make: all watch tokens that one API key made, those of a tenant whose tokens
   * name no key (they are from before tokens did), or all of a tenant that a company's own issuer let in. An API key is in
   * no pool, so that its tokens cannot starve the backend that made them.
   */
  readonly pool: string | null;
  readonly tenant: string | null;
}

/** Callers' allowances that a pool has, unless an option says otherwise. */
export const defaultCallersPerPool = 20;

/** A caller is the same object for as long as its credential is remembered, so the names are made once and not per request. */
const known = new WeakMap<Caller, Account>();

export function accountOf(caller: Caller): Account {
  const account = known.get(caller) ?? accountFor(caller);
  known.set(caller, account);
  return account;
}

function accountFor(caller: Caller): Account {
  const tenant = `tenant:${caller.tenant}`;
  if (caller.type === 'key') return { caller: `key:${caller.keyId}`, pool: null, tenant };
  // Hashed, because a grant may be 2 KiB long and limits remember thousands.
  const owner = JSON.stringify([caller.tenant, caller.subject ?? caller.grant]);
  return { caller: `token:${createHash('sha256').update(owner).digest('base64url')}`, pool: poolOf(caller), tenant };
}

function poolOf({ keyId, subject, tenant }: Extract<Caller, { readonly type: 'token' }>): string {
  if (keyId !== undefined) return `key:${keyId}`;
  return subject === undefined ? `tokens:${tenant}` : `issuer:${tenant}`;
}
