import { Duration } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { LambdaName } from '../bundle/lambdas.ts';

/** Metrics that the Lambdas write themselves (aws/lambda/telemetry.ts); a test holds the names to that list. */
export type OwnMetric =
  | 'FactsTaken'
  | 'FactsDropped'
  | 'Repairs'
  | 'DeadLetters'
  | 'DeliveriesSucceeded'
  | 'DeliveriesFailed'
  | 'OldestUndeliveredSeconds'
  | 'PushesFailed'
  | 'UpdatesFannedOut'
  | 'FanOutLagMs';

export interface MetricChoice {
  /** @default 'Sum' */
  readonly statistic?: string;
  /** @default 5 minutes */
  readonly period?: Duration;
  readonly label?: string;
  /** Besides `service`. */
  readonly dimensions?: Readonly<Record<string, string>>;
}

/** One of our own metrics. `service`: the Lambda that writes it. */
export type OwnMetrics = (name: OwnMetric, service: LambdaName, choice?: MetricChoice) => Metric;

/** @param namespace the deployment's, which its Lambdas write to */
export const ownMetrics =
  (namespace: string): OwnMetrics =>
  (name, service, choice = {}) =>
    new Metric({
      namespace,
      metricName: name,
      dimensionsMap: { service, ...choice.dimensions },
      statistic: choice.statistic ?? 'Sum',
      period: choice.period ?? Duration.minutes(5),
      ...(choice.label === undefined ? {} : { label: choice.label }),
    });

/** One of DynamoDB's, of the table or of one of its indexes. */
export function tableMetric(name: string, tableName: string, index?: string): Metric {
  return new Metric({
    namespace: 'AWS/DynamoDB',
    metricName: name,
    dimensionsMap: { TableName: tableName, ...(index === undefined ? {} : { GlobalSecondaryIndexName: index }) },
    statistic: 'Sum',
    period: Duration.minutes(5),
    ...(index === undefined ? {} : { label: `${name} ${index}` }),
  });
}
