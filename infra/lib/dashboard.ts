import {
  type Alarm,
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  type IMetric,
  type IWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import type { Base, Queues } from './base.ts';
import type { StatusApi } from './http-api.ts';
import type { LambdaFunction } from './lambda-function.ts';
import { tableMetric } from './metrics.ts';

export interface OverviewProps {
  readonly base: Base;
  readonly queues: Queues;
  readonly api: StatusApi;
  readonly functions: readonly LambdaFunction[];
  readonly alarms: readonly Alarm[];
}

/** From the sources on the left to the readers on the right, below the alarms. */
export class Overview extends Construct {
  constructor(scope: Construct, id: string, { base, queues, api, functions, alarms }: OverviewProps) {
    super(scope, id);
    const { tableName } = base.store.table;
    const { own } = base;
    const working = [queues.ingest, queues.starts, ...(queues.webhooks ? [queues.webhooks] : [])];
    const rows: readonly (readonly IWidget[])[] = [
      [new AlarmStatusWidget({ title: 'Alarms', alarms: [...alarms], width: 24, height: 4 })],
      [
        graph('Facts', [
          own('FactsTaken', 'ingest', { label: 'taken' }),
          own('FactsDropped', 'ingest', { label: 'dropped' }),
          own('DeadLetters', 'ingest', { label: 'rejected' }),
          own('Repairs', 'reconcile', { label: 'repaired' }),
        ]),
        graph(
          'Oldest message in a queue, seconds',
          working.map(({ queue }) => queue.metricApproximateAgeOfOldestMessage({ label: queue.node.path })),
        ),
        graph(
          'Fan-out',
          [own('UpdatesFannedOut', 'fanout', { label: 'updates' })],
          [own('FanOutLagMs', 'fanout', { statistic: 'p99', label: 'lag p99, ms' })],
        ),
      ],
      [
        graph(
          'Webhooks',
          [
            own('DeliveriesSucceeded', 'webhooks', { label: 'accepted' }),
            own('DeliveriesFailed', 'webhooks', { label: 'failed' }),
          ],
          [own('OldestUndeliveredSeconds', 'reconcile', { statistic: 'Maximum', label: 'oldest due, s' })],
        ),
        graph(
          'HTTP requests',
          [api.api.metricCount(), api.api.metricClientError(), api.api.metricServerError()],
          [api.api.metricLatency({ statistic: 'p99', label: 'p99, ms' })],
        ),
        graph('Table, units', [
          tableMetric('ConsumedWriteCapacityUnits', tableName),
          tableMetric('ConsumedReadCapacityUnits', tableName),
        ]),
      ],
      [
        graph(
          'Lambda errors',
          functions.map(({ name, lambda }) => lambda.metricErrors({ label: name })),
        ),
        graph(
          'Lambda duration p99, ms',
          functions.map(({ name, lambda }) => lambda.metricDuration({ statistic: 'p99', label: name })),
        ),
        graph(
          'Lambda concurrency',
          functions.map(({ name, lambda }) =>
            lambda.metric('ConcurrentExecutions', { statistic: 'Maximum', label: name }),
          ),
        ),
      ],
    ];
    new Dashboard(this, 'Dashboard', { widgets: rows.map((row) => [...row]) });
  }
}

function graph(title: string, left: readonly IMetric[], right: readonly IMetric[] = []): GraphWidget {
  return new GraphWidget({ title, left: [...left], right: [...right], width: 8, height: 6 });
}
