/**
 * How the server ends a connection, whatever it speaks: RFC 6455 §7.4.1 and the IANA registry below 4000, the
 * graphql-transport-ws protocol from there. graphql-ws's client connects again after 1012, 1013 and 4403, and gives up after the others.
 */
export const closeCodes = {
  /** It lived as long as a connection may. */
  lifeOver: 1000,
  /** The server stops. */
  serviceRestart: 1012,
  /** A slow reader, too many sockets of one key, or the credentials could not be checked just now. */
  tryAgainLater: 1013,
  /** No message of the protocol. */
  badRequest: 4400,
  /** Credentials refused, expired or withdrawn (S30). */
  forbidden: 4403,
  /** A flood of messages. */
  tooManyRequests: 4429,
} as const;
