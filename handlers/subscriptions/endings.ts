/**
 * Why a server ends a connection, with the close code that says so: RFC 6455 §7.4.1 and the IANA registry below 4000, the
 * graphql-transport-ws protocol from there. graphql-ws's client connects again after 1012, 1013, 4403 and 4408, and gives up
 * after the others. A reason has 123 bytes at most (RFC 6455 §5.5: 125, less the code).
 */
export const endings = {
  /** It lived as long as a connection may. */
  lifeOver: { code: 1000, reason: 'Connection life over' },
  tooBig: { code: 1009, reason: 'Message too big' },
  /** The server stops. */
  restart: { code: 1012, reason: 'Service restart' },
  slow: { code: 1013, reason: 'Slow reader' },
  /** The credentials, or the store, cannot be had just now. */
  unavailable: { code: 1013, reason: 'Try again later' },
  /** The caller has all the sockets it may have. */
  full: { code: 1013, reason: 'Too many connections' },
  badRequest: { code: 4400, reason: 'Invalid message received' },
  /** An operation before its credentials were accepted. */
  unauthorized: { code: 4401, reason: 'Unauthorized' },
  /** The credentials are refused or withdrawn (S30). */
  forbidden: { code: 4403, reason: 'Forbidden' },
  expired: { code: 4403, reason: 'Token expired' },
  initTimeout: { code: 4408, reason: 'Connection initialisation timeout' },
  taken: { code: 4409, reason: 'Subscriber already exists' },
  initialised: { code: 4429, reason: 'Too many initialisation requests' },
  flood: { code: 4429, reason: 'Too many messages' },
} as const satisfies { readonly [why: string]: Ending };

export interface Ending {
  readonly code: number;
  readonly reason: string;
}

/** The ending of credentials that are not there: says what would be needed. */
export function missing(what: string): Ending {
  return { code: endings.forbidden.code, reason: `Forbidden: ${what}` };
}
