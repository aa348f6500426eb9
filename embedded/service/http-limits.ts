import type { ServerOptions } from 'node:http';

/** Bounds of the HTTP server against clients that are slow, by fault or on purpose. All have defaults. */
export interface HttpLimits {
  /** For the whole head of a request to arrive, from the connection or the last answer on; then 408. Default 10,000. */
  readonly headersMs: number;
  /** For the whole request, body included; then 408. How long the answer takes is not in it. Default 30,000. */
  readonly requestMs: number;
  /** How long a connection is kept between requests; above the 60 s of common load balancers. Default 65,000. */
  readonly keepAliveMs: number;
  /** Bytes of all header lines together; more is 431. Default 16,384 (Node's own). */
  readonly headerBytes: number;
  /** Connections in all, WebSockets included; those beyond are cut at once. Default 25,000: 20,000 WebSockets and the rest. */
  readonly connections: number;
  /** How often the times are looked at: they may be exceeded by this much. Default 1,000. */
  readonly checkMs: number;
}

export const defaultHttpLimits: HttpLimits = {
  headersMs: 10_000,
  requestMs: 30_000,
  keepAliveMs: 65_000,
  headerBytes: 16_384,
  connections: 25_000,
  checkMs: 1_000,
};

/** The bounds as node:http takes them. */
export function serverOptionsOf(limits: HttpLimits): ServerOptions {
  return {
    headersTimeout: limits.headersMs,
    requestTimeout: limits.requestMs,
    keepAliveTimeout: limits.keepAliveMs,
    maxHeaderSize: limits.headerBytes,
    connectionsCheckingInterval: limits.checkMs,
  };
}
