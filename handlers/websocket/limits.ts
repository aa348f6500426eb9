/**
 * Bounds of graphql-transport-ws behind API Gateway. What AWS says is from "Quotas for configuring and running a
 * WebSocket API" (API Gateway Developer Guide). Flooding is for the stage's throttling: no single invocation can count it.
 */
export const websocketLimits = {
  /** Subscriptions of a connection; one more is answered with `error`. As embedded, and as AppSync. */
  operationsPerSocket: 100,
  /** UTF-8 bytes of a message, either way: AWS's frame. It cuts connections over larger ones, `@connections` included. */
  messageBytes: 32 * 1024,
  /** JSON bytes of what is kept of a subscription; a query has 8,192 characters at most (`DocumentLimits`). */
  requestBytes: 16 * 1024,
  /** Characters of an operation's id; clients use UUIDs. It is part of a sort key and of every message. */
  operationIdLength: 128,
  /** How long a `complete` without its `subscribe` is remembered: far longer than one overtakes the other. */
  overtakenMs: 30_000,
  /** Life of a connection (AWS). */
  connectionMs: 2 * 3_600_000,
  /**
   * Told to our SDK with `connection_ack`: how long it may hear nothing before it asks. Proxies cut what is silent for a
   * minute; each ping costs two messages and an invocation.
   */
  quietMs: 55_000,
  /**
   * After this a message is given up and the connection dropped: before AWS's 29 s for an integration, whose error message
   * would end every subscription of a graphql-ws client for good.
   */
  answerMs: 15_000,
  /**
   * How long a connection is held before it is dropped for trouble of our own. graphql-ws's client comes again at once
   * after the normal close that API Gateway makes of a drop: without it, everybody would, as fast as they can.
   */
  troubleMs: 1_000,
} as const;

export type WebsocketLimits = { readonly [Name in keyof typeof websocketLimits]: number };
