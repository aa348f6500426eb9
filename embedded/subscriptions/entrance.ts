import type { Caller } from '../../core/access.ts';
import { accountOf } from '../../handlers/admission/account.ts';
import type { Tally } from '../../handlers/admission/tally.ts';
import type { Report } from '../../handlers/graphql/errors.ts';
import type { Connection } from './connection.ts';

/** Tells who a credential belongs to: an API key or a watch token; null when it is refused. */
export interface Verifier {
  readonly verify: (credential: string) => Promise<Caller | null>;
}

/** What came of a credential: the caller, or why there is none. */
export type Verified =
  | { readonly type: 'caller'; readonly caller: Caller }
  /** Not good. */
  | { readonly type: 'refused' }
  /** Could not be checked just now. */
  | { readonly type: 'unavailable' };

export interface EntranceOptions {
  readonly verifier: Verifier;
  /** Sockets of each key and pool, over all protocols. */
  readonly sockets: Tally;
  readonly report: Report;
}

/** Who may have a connection. */
export interface Entrance {
  /** Never rejects. */
  readonly verify: (credential: string | null) => Promise<Verified>;
  /** Verifies, counts the socket for its key until the connection is over, and admits the caller. Never rejects. */
  readonly enter: (
    connection: Connection,
    credential: string | null,
  ) => Promise<Verified | { /** The key has all its sockets, or its pool has. */ readonly type: 'full' }>;
}

export function createEntrance({ verifier, sockets, report }: EntranceOptions): Entrance {
  const verify = async (credential: string | null): Promise<Verified> => {
    if (credential === null) return { type: 'refused' };
    try {
      const caller = await verifier.verify(credential);
      return caller ? { type: 'caller', caller } : { type: 'refused' };
    } catch (error) {
      report(error);
      return { type: 'unavailable' };
    }
  };
  return {
    verify,
    async enter(connection, credential) {
      const verified = await verify(credential);
      if (verified.type !== 'caller') return verified;
      const owner = accountOf(verified.caller);
      if (!sockets.take(owner)) return { type: 'full' };
      connection.whenOver(() => sockets.give(owner));
      connection.admit(verified.caller);
      return verified;
    },
  };
}
