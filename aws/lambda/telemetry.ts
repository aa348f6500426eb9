import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, type MetricUnit } from '@aws-lambda-powertools/metrics';

/** Every metric there is, in the deployment's namespace with the dimension `service`; alarms and dashboard name these. */
const units = {
  /** Facts that entered a log or are held for it. */
  FactsTaken: 'Count',
  /** Facts that said nothing new: repeated, of an older run, of one that is gone. */
  FactsDropped: 'Count',
  /** Logs that the reconciler brought further, because a source had not told. */
  Repairs: 'Count',
  /** Things that could not be taken and were put aside with their reason. */
  DeadLetters: 'Count',
  DeliveriesSucceeded: 'Count',
  DeliveriesFailed: 'Count',
  /** Age of the webhook delivery that is due for longest. */
  OldestUndeliveredSeconds: 'Seconds',
  /** With the dimension `channel`. */
  PushesFailed: 'Count',
  UpdatesFannedOut: 'Count',
  /** From an update's `recordedAt` to its fan-out. */
  FanOutLagMs: 'Milliseconds',
} as const satisfies Record<string, (typeof MetricUnit)[keyof typeof MetricUnit]>;

export type MetricName = keyof typeof units;

/** A log line's text, and what is known of the matter. Never payloads, never tokens. */
type LogLine = (message: string, more?: Readonly<Record<string, unknown>>) => void;

/** What a Lambda tells about itself. */
export interface Telemetry {
  readonly info: LogLine;
  readonly warn: LogLine;
  /** An `Error` under the key `error` is written with its stack. */
  readonly error: LogLine;
  /** @param channel where it happened, for the metrics that have this dimension */
  measure(name: MetricName, value: number, channel?: string): void;
  /** Says which invocation the lines are about that follow. */
  begin(requestId: string): void;
  /** Writes what was measured; at the end of every invocation. */
  publish(): void;
}

/** Powertools writes both to the Lambda's log: JSON lines, and metrics in CloudWatch's embedded metric format. */
export function createTelemetry(service: string, namespace = 'Statuswire'): Telemetry {
  const logger = new Logger({ serviceName: service });
  const metrics = new Metrics({ namespace, serviceName: service });
  return {
    info: (message, more = {}) => logger.info(message, more),
    warn: (message, more = {}) => logger.warn(message, more),
    error: (message, more = {}) => logger.error(message, more),
    measure(name, value, channel) {
      if (channel === undefined) metrics.addMetric(name, units[name], value);
      // A line of its own: a dimension counts for all metrics of its line.
      else metrics.singleMetric().addDimension('channel', channel).addMetric(name, units[name], value);
    },
    begin: (requestId) => logger.appendKeys({ requestId }),
    publish() {
      if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
    },
  };
}
