import type { Logger } from 'pino';
import type { RetrySchedule } from '../../handlers/webhooks/schedule.ts';

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
  /** How failed webhook deliveries are retried. @default the example schedule of Standard Webhooks */
  readonly webhookSchedule?: RetrySchedule;
  /** The first key's text (`STATUSWIRE_API_KEY`). @default the data folder's, made on first start */
  readonly apiKey?: string | undefined;
  /** Where clients reach the service, e.g. behind a proxy. @default the address each request was sent to */
  readonly publicUrl?: string;
  /** Path prefix that everything is served under. @default none */
  readonly basePath?: string;
  readonly logger: Logger;
}
