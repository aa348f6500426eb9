import type { Caller } from '../../core/access.ts';
import type { Report } from '../../handlers/graphql/errors.ts';
import type { Credential } from '../../handlers/subscriptions/credential.ts';

/** Tells who a credential belongs to: an API key or a watch token; null when it is refused. */
export interface Verifier {
  readonly verify: (credential: string) => Promise<Caller | null>;
}

/** What came of a credential: the caller, or why there is none. */
export type Verified =
  | { readonly type: 'caller'; readonly caller: Caller }
  /** Not good. */
  | { readonly type: 'refused' }
  /** Not there, or in no form that can be read. */
  | { readonly type: 'missing' | 'malformed' }
  /** Could not be checked just now. */
  | { readonly type: 'unavailable' };

/** Finds out who somebody is. Never rejects. */
export type Entrance = (credential: Credential) => Promise<Verified>;

export function createEntrance(verifier: Verifier, report: Report): Entrance {
  return async (credential) => {
    if (credential.type !== 'given') return { type: credential.type };
    try {
      const caller = await verifier.verify(credential.text);
      return caller ? { type: 'caller', caller } : { type: 'refused' };
    } catch (error) {
      report(error);
      return { type: 'unavailable' };
    }
  };
}
