import { defaultCallersPerPool } from '../../handlers/admission/account.ts';
import type { TallyBounds } from '../../handlers/admission/tally.ts';

/** Bounds of the subscription server. All have defaults. */
export interface SubscriptionLimits {
  /** Sockets at a time; more are refused with 503. Default 20,000. */
  readonly sockets: number;
  /**
   * Sockets of one API key or grant at a time; one more is closed with 1013. Default 10,000: half of all, so that one
   * key cannot shut out the others.
   */
  readonly socketsPerKey: number;
  /** Subscriptions of one API key or grant at a time; one more is answered with `error`. Default 20,000. */
  readonly subscriptionsPerKey: number;
  /** How many callers' allowances of both one pool has. Default 20. */
  readonly callersPerPool: number;
  /**
   * Memory, by estimate, that the subscriptions of one API key or grant take: what they select, once for all that select
   * alike, their variables and ids. One more is answered with `error`. Default 8 MiB.
   */
  readonly keptBytesPerKey: number;
  /** The same of one tenant. Default 32 MiB. */
  readonly keptBytesPerTenant: number;
  /** The same of all. Default 64 MiB. */
  readonly keptBytes: number;
  /** Bytes of one message from a client; more closes with 1009. Default 65,536. */
  readonly messageBytes: number;
  /** Frames that one message may come in; more closes with 1008. Default 64. */
  readonly messageFragments: number;
  /** graphql-transport-ws: time for `connection_init` to come; then 4408. Default 3,000 (graphql-ws's own). */
  readonly connectionInitMs: number;
  /** Operations under way per socket; one more is answered with `error`. Default 100 (as AppSync). */
  readonly operationsPerSocket: number;
  /** Messages and pings a socket may send at once; more closes with 4429. Default 400. */
  readonly messageBurst: number;
  /** How fast that allowance comes back, per second. Default 50. */
  readonly messagesPerSecond: number;
  /**
   * Bytes of one update as one subscription selects it; beyond it goes without its output (`outputOmitted`), and where it
   * is too large even so, the subscription is ended with `error`. Default 524,288: an output of Step Functions' 256 KiB,
   * escaped twice.
   */
  readonly updateBytes: number;
  /**
   * Bytes that wait for one reader, at any time; before there would be more it is closed with 1013. A single larger message
   * may wait where nothing else does. Messages that wait for credentials to be checked have the same bound. Default 1 MiB.
   */
  readonly backlogBytes: number;
  /** Bytes that wait for all readers together; beyond them those furthest behind are cut (1006). Default 64 MiB. */
  readonly backlogBytesInAll: number;
  /** A ping this often; a peer that has not answered by the next one is dropped. Default 20,000. */
  readonly keepAliveMs: number;
  /**
   * AppSync's `ka` message this often; its clients are told to give up after five times as long without. Default 60,000
   * (as AppSync).
   */
  readonly kaMs: number;
  /** Life of a connection that speaks AppSync's protocol; then it is closed with 1000. Default 24 h (as AppSync). */
  readonly appsyncConnectionMs: number;
  /** Time for a peer to answer a close frame; then the connection is cut. Default 5,000. */
  readonly closeGraceMs: number;
}

export const defaultSubscriptionLimits: SubscriptionLimits = {
  sockets: 20_000,
  socketsPerKey: 10_000,
  subscriptionsPerKey: 20_000,
  callersPerPool: defaultCallersPerPool,
  keptBytesPerKey: 8 * 1_048_576,
  keptBytesPerTenant: 32 * 1_048_576,
  keptBytes: 64 * 1_048_576,
  messageBytes: 65_536,
  messageFragments: 64,
  connectionInitMs: 3_000,
  operationsPerSocket: 100,
  messageBurst: 400,
  messagesPerSecond: 50,
  updateBytes: 524_288,
  backlogBytes: 1_048_576,
  backlogBytesInAll: 64 * 1_048_576,
  keepAliveMs: 20_000,
  kaMs: 60_000,
  appsyncConnectionMs: 86_400_000,
  closeGraceMs: 5_000,
};

/**
 * Four fifths of all sockets are the most that a pool may have, and nine tenths a tenant: so a key's tokens leave room for
 * the key, and a tenant for the others.
 */
export function socketBounds({ sockets, socketsPerKey, callersPerPool }: SubscriptionLimits): TallyBounds {
  return {
    caller: socketsPerKey,
    pool: Math.min(socketsPerKey * callersPerPool, Math.ceil(sockets * 0.8)),
    tenant: Math.ceil(sockets * 0.9),
  };
}

export function subscriptionBounds({ subscriptionsPerKey, callersPerPool }: SubscriptionLimits): TallyBounds {
  return { caller: subscriptionsPerKey, pool: subscriptionsPerKey * callersPerPool };
}
