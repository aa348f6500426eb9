import type { Faults } from '../crash/readers.ts';
import type { Level } from './resources.ts';

export interface SoakReport {
  readonly started: number;
  readonly cloudRuns: number;
  readonly updates: number;
  readonly kills: number;
  /** SDK clients that came and went. */
  readonly visits: number;
  readonly rawConnections: number;
  readonly closedAsSlow: number;
  /** Webhook deliveries repeated on the wire under the same id. */
  readonly deliveredAgain: number;
  readonly redrives: number | 'not available';
  readonly forgotten: number;
  readonly expired: number;
  /** Late facts of what is gone that the last process counted as dropped. */
  readonly droppedLate: number;
  readonly sdk: Faults;
  readonly raw: Faults;
  readonly webhook: Faults;
  /** Logs, readers and answers that are not as they must be. */
  readonly broken: readonly string[];
  readonly levels: readonly Level[];
  readonly exitCode: number | null;
}

/** Everything that is wrong; empty when the run is good. */
export function faultsOf(report: SoakReport): readonly string[] {
  const { sdk, raw, webhook, broken, levels, exitCode } = report;
  const counted = Object.entries({ sdk, raw, webhook }).flatMap(([reader, faults]) =>
    Object.entries(faults).flatMap(([what, count]) => (count === 0 ? [] : [`${reader} readers: ${count} ${what}`])),
  );
  const rising = levels
    .filter(({ level }) => !level)
    .map(
      ({ what, middle, last, allowed }) => `${what} does not level off: ${middle}, then ${last} (at most ${allowed})`,
    );
  return [...counted, ...broken, ...rising, ...(exitCode === 0 ? [] : [`the server ended with ${exitCode}`])];
}
