import type { Variable } from '../../aws/lambda/variables.ts';
import type { OidcConfig } from '../../core/oidc.ts';
import type { LambdaSettings } from './lambda-function.ts';
import type { OwnMetrics } from './metrics.ts';
import type { ServiceSecrets } from './service-secrets.ts';
import type { Store } from './store.ts';
import type { WorkQueue } from './work-queue.ts';
import type { Workflow } from './workflows.ts';

/** What the capabilities are built on. */
export interface Base {
  readonly settings: LambdaSettings;
  readonly workflows: readonly Workflow[];
  readonly store: Store;
  readonly secrets: ServiceSecrets;
  /** Whose own tokens count; null where nobody's do. */
  readonly oidc: OidcConfig | null;
  /** What its Lambdas measure. */
  readonly own: OwnMetrics;
  /** Of every Lambda: the table, and the name of its metrics. */
  readonly environment: Readonly<Partial<Record<Variable, string>>>;
  /** Of those that verify credentials, besides: where the secrets are, and whose own tokens count. */
  readonly verifying: Readonly<Partial<Record<Variable, string>>>;
  /** Of those that append to logs, besides: what `workflows.json` needs, and how long logs live. */
  readonly appending: Readonly<Partial<Record<Variable, string>>>;
}

/** The queues between the Lambdas. A channel that is off has none. */
export interface Queues {
  /** What sources told, and looks at an execution some seconds later. */
  readonly ingest: WorkQueue;
  /** Accepted starts. */
  readonly starts: WorkQueue;
  /** Updates and deliveries that are due. */
  readonly webhooks: WorkQueue | null;
}

/** Where clients reach a channel; null where it is off. */
export interface Addresses {
  readonly socketUrl: string | null;
  readonly graphqlUrl: string | null;
}

/** A variable that is only there where it has a value. */
export const optional = (
  variable: Variable,
  value: string | null | undefined,
): Readonly<Partial<Record<Variable, string>>> =>
  value === null || value === undefined || value === '' ? {} : { [variable]: value };
