/** An execution as ListExecutions tells it: where it stands, without its payloads. */
export interface ListedExecution {
  readonly executionArn: string;
  readonly status: string;
  /** Epoch milliseconds. */
  readonly startDate: number;
  /** Epoch milliseconds; null while it runs. */
  readonly stopDate: number | null;
  readonly redriveCount: number;
}

export interface ListedPage {
  /** By start, newest first. */
  readonly executions: readonly ListedExecution[];
  /** null at the end. */
  readonly next: string | null;
}

/**
 * One page of a Standard machine's executions; those that ended over 90 days ago are not in it. Eventually consistent.
 * Rejects with a RangeError where the cursor holds no more (after 24 h), with `unavailable` where it is throttled.
 */
export type ListExecutions = (
  machineArn: string,
  options: { readonly status: 'RUNNING' | null; readonly cursor: string | null; readonly limit: number },
) => Promise<ListedPage>;
