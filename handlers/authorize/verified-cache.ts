import type { ApiKeyRecord, Caller } from '../../core/access.ts';

/** What a credential was found to be. `record`: the key's, when it is one. */
interface Verified {
  readonly caller: Caller;
  readonly record: ApiKeyRecord | null;
}

/** Remembers credentials that were found good, so that the hash or signature of each is computed once and not per request. */
export interface VerifiedCache {
  /** null: to be verified. */
  find(credential: string): Caller | null;
  add(credential: string, verified: Verified): void;
}

/** The one verified longest ago is forgotten first; a credential has at most 2 KiB. */
const capacity = 1_000;

/**
 * A token counts until it expires; a key only while its very record is what the key cache remembers, so revoking and
 * forgetting work as without this. Credentials that were refused are not remembered: guesses fill no memory. A look-up
 * by the whole text tells nothing by its time: the table compares a seeded hash of all of it first.
 *
 * @param remembered The record of a key as the key cache has it now.
 */
export function createVerifiedCache(
  now: () => number,
  remembered: (keyId: string) => ApiKeyRecord | null,
): VerifiedCache {
  const known = new Map<string, Verified>();

  function holds({ caller, record }: Verified): boolean {
    return caller.type === 'token' ? caller.expiresAt > now() : remembered(caller.keyId) === record;
  }

  return {
    find(credential) {
      const found = known.get(credential);
      if (!found) return null;
      if (holds(found)) return found.caller;
      known.delete(credential);
      return null;
    },
    add(credential, verified) {
      known.set(credential, verified);
      if (known.size > capacity) {
        const { value: oldest } = known.keys().next();
        if (oldest !== undefined) known.delete(oldest);
      }
    },
  };
}
