import type { Logger } from 'pino';
import type { OidcConfig } from '../../core/oidc.ts';
import type { WaitersOptions } from '../../handlers/read/waiters.ts';
import type { RetrySchedule } from '../../handlers/webhooks/schedule.ts';
import type { SubscriptionLimits } from '../subscriptions/limits.ts';
import type { HttpLimits } from './http-limits.ts';
import type { Page } from './pages.ts';
import type { StrangerLimits } from './strangers.ts';
import type { TlsFiles } from './tls.ts';

export interface ServiceOptions {
  /** Folder for the database, the first key and the token secret; made if there is none. */
  readonly dataFolder: string;
  /** @default '127.0.0.1' */
  readonly host?: string;
  /** 0 takes a free one. @default 8787 */
  readonly port?: number;
  /** Folder of workflow folders, or one workflow folder; without it only events from outside come in. */
  readonly workflowsFolder?: string;
  /** Shortens Wait, Retry and time-out durations of the local runner (S37). @default 1 */
  readonly timeScale?: number;
  /** Origins that browsers may call from (S23); `*` for all. @default none */
  readonly origins?: readonly string[];
  /** Address ranges (CIDR) that webhooks may reach although they are not public, also without TLS. @default none */
  readonly webhookAllow?: readonly string[];
  /** Makes deliveries due and calls nobody: for a backup that is looked at elsewhere. They go out without it. @default false */
  readonly holdWebhooks?: boolean;
  /** How failed webhook deliveries are retried. @default the example schedule of Standard Webhooks */
  readonly webhookSchedule?: RetrySchedule;
  /** The first key's text (`STATUSWIRE_API_KEY`). @default the data folder's, made on first start */
  readonly apiKey?: string | undefined;
  /** A company's own tokens as credentials, to read by. @default none but the service's own */
  readonly oidc?: OidcConfig;
  /** Where clients reach the service, e.g. behind a proxy. @default the address each request was sent to */
  readonly publicUrl?: string;
  /** Certificate and key; with them everything is https and wss. @default none, no TLS */
  readonly tls?: TlsFiles;
  /** Path prefix that everything is served under. @default none */
  readonly basePath?: string;
  /**
   * Requests per second of one API key or grant, reads and writes counted apart (S26); twice as many at once. 0: no
   * bound. @default 1000
   */
  readonly rateLimit?: number;
  /**
   * How many callers' allowances (requests, held requests, sockets, subscriptions) all watch tokens made by one API key
   * share (G8); also those of a tenant that name no key, and all that a company's own issuer let into a tenant. @default 20
   */
  readonly callersPerPool?: number;
  /**
   * Proxies in front, as addresses or ranges (CIDR), whose `X-Forwarded-For` says who a client is that nobody knows yet.
   * @default none: then all that a proxy passes on counts for the proxy's address
   */
  readonly trustProxy?: readonly string[];
  /** Bounds of those who have not said who they are, by address; none with `rateLimit` 0. @default see `StrangerLimits` */
  readonly strangerLimits?: Partial<StrangerLimits>;
  /** Bounds of held requests (S19). @default see `WaitersOptions` */
  readonly waiters?: WaitersOptions;
  /** Bounds of the HTTP server. @default see `HttpLimits` */
  readonly httpLimits?: Partial<HttpLimits>;
  /** Bounds of the WebSockets. @default see `SubscriptionLimits` */
  readonly subscriptionLimits?: Partial<SubscriptionLimits>;
  /**
   * How long a log lives after its last terminal update (S4); at least 15 days. Holds for what ends from now on.
   * @default 30
   */
  readonly retentionDays?: number;
  /** Updates kept of one log, at least 1,000; readers that are further back get a snapshot (S4). @default 100_000 */
  readonly maxLogUpdates?: number;
  /** Served beside the API, under the base path. @default none */
  readonly pages?: readonly Page[];
  readonly logger: Logger;
}
