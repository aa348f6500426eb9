import { createHash } from 'node:crypto';
import type { Caller } from '../../core/access.ts';

/**
 * Whom limits count for: an API key, or all watch tokens of one tenant with the same grant. A token is hashed, because
 * its grant may be 2 KiB long and limits remember thousands.
 */
export function callerKey(caller: Caller): string {
  if (caller.type === 'key') return `key:${caller.keyId}`;
  return `token:${createHash('sha256')
    .update(JSON.stringify([caller.tenant, caller.grant]))
    .digest('base64url')}`;
}
