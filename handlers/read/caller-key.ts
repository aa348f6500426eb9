import { createHash } from 'node:crypto';
import type { Caller } from '../../core/access.ts';

/** A caller is the same object for as long as its credential is remembered, so the name is made once and not per request. */
const known = new WeakMap<Caller, string>();

/**
 * Whom limits count for: an API key, all watch tokens of one tenant with the same grant, or the subject that a company's
 * own tokens are about. A token is hashed, because its grant may be 2 KiB long and limits remember thousands.
 */
export function callerKey(caller: Caller): string {
  const name = known.get(caller) ?? nameFor(caller);
  known.set(caller, name);
  return name;
}

function nameFor(caller: Caller): string {
  if (caller.type === 'key') return `key:${caller.keyId}`;
  const owner = JSON.stringify([caller.tenant, caller.subject ?? caller.grant]);
  return `token:${createHash('sha256').update(owner).digest('base64url')}`;
}
