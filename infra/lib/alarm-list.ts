import { Duration } from 'aws-cdk-lib';
import { ComparisonOperator, type IMetric, MathExpression, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { table } from '../../aws/dynamodb/table.ts';
import type { LambdaFunction } from './lambda-function.ts';
import { type OwnMetrics, tableMetric } from './metrics.ts';
import type { DeadLetterQueue, WorkQueue } from './work-queue.ts';

/** One alarm, as data. It goes off when the metric is at or above the threshold in every one of the periods. */
export interface AlarmSpec {
  readonly id: string;
  readonly metric: IMetric;
  readonly threshold: number;
  /** @default 1 */
  readonly periods?: number;
  /** @default at or above */
  readonly comparison?: ComparisonOperator;
  /** @default not breaching: no data, nothing wrong */
  readonly missing?: TreatMissingData;
  /** What is wrong, for whoever is woken by it. */
  readonly says: string;
  /** Heading in docs/aws-operations.md, as its anchor. */
  readonly section: string;
}

/** Nothing may ever lie in a dead-letter queue unseen. */
export function deadLetterAlarm(id: string, { queue, holds }: DeadLetterQueue): AlarmSpec {
  return {
    id: `${id}DeadLetters`,
    metric: queue.metricApproximateNumberOfMessagesVisible({ statistic: 'Maximum', period: Duration.minutes(1) }),
    threshold: 1,
    says: `There are ${holds}.`,
    section: 'dead-letter-queues',
  };
}

/** Two minutes are far beyond any burst that the Lambda keeps up with. */
export function backlogAlarm(id: string, { queue }: WorkQueue, says: string): AlarmSpec {
  return {
    id: `${id}Backlog`,
    metric: queue.metricApproximateAgeOfOldestMessage({ statistic: 'Maximum', period: Duration.minutes(1) }),
    threshold: 120,
    periods: 3,
    says,
    section: 'backlog',
  };
}

export function errorsAlarm({ name, lambda }: LambdaFunction): AlarmSpec {
  return {
    id: `${name}Errors`,
    metric: lambda.metricErrors({ statistic: 'Sum', period: Duration.minutes(5) }),
    threshold: 1,
    periods: 3,
    says: `The Lambda "${name}" has failed for a quarter of an hour.`,
    section: 'lambda-errors',
  };
}

export function throttlesAlarm(functions: readonly LambdaFunction[]): AlarmSpec {
  const usingMetrics = Object.fromEntries(
    functions.map(({ name, lambda }) => [
      name,
      lambda.metricThrottles({ statistic: 'Sum', period: Duration.minutes(5) }),
    ]),
  );
  return {
    id: 'Throttles',
    metric: sumOf('Throttled invocations', usingMetrics),
    threshold: 10,
    periods: 3,
    says: 'Lambda turns invocations away: the account or a reserved concurrency is at its limit.',
    section: 'lambda-throttles',
  };
}

/** The stream keeps a day; a minute behind is already a delay that people see. */
export function iteratorAgeAlarm({ lambda }: LambdaFunction): AlarmSpec {
  return {
    id: 'FanOutBehind',
    metric: lambda.metric('IteratorAge', { statistic: 'Maximum', period: Duration.minutes(1) }),
    threshold: 60_000,
    periods: 5,
    says: 'The fan-out is behind: subscribers and webhooks hear of updates late.',
    section: 'fan-out-behind',
  };
}

export function throttledTableAlarm(tableName: string): AlarmSpec {
  const indexes = table.indexes.map(({ name }) => [name, tableMetric('WriteThrottleEvents', tableName, name)] as const);
  return {
    id: 'TableThrottled',
    metric: sumOf('Throttled requests', {
      reads: tableMetric('ReadThrottleEvents', tableName),
      writes: tableMetric('WriteThrottleEvents', tableName),
      ...Object.fromEntries(indexes),
    }),
    threshold: 100,
    periods: 2,
    says: 'DynamoDB throttles the table or one of its indexes; commits are slowed down.',
    section: 'table-throttled',
  };
}

/** More repairs than one in a hundred facts, and more than chance: a source has stopped, rather than lost something. */
export const repairsAlarm = (own: OwnMetrics): AlarmSpec => ({
  id: 'Repairs',
  metric: new MathExpression({
    label: 'Repairs beyond 1 % of facts',
    expression: 'FILL(repairs, 0) - 0.01 * FILL(facts, 0)',
    usingMetrics: {
      repairs: own('Repairs', 'reconcile', { period: Duration.minutes(15) }),
      facts: own('FactsTaken', 'ingest', { period: Duration.minutes(15) }),
    },
    period: Duration.minutes(15),
  }),
  threshold: 10,
  says: 'The reconciler repairs more than sources lose by chance.',
  section: 'repairs',
});

/** Also when it has no data: nothing is repaired, and no due delivery is found, while it stands still. */
export function silentReconcilerAlarm({ lambda }: LambdaFunction): AlarmSpec {
  return {
    id: 'ReconcilerSilent',
    metric: lambda.metricInvocations({ statistic: 'Sum', period: Duration.minutes(5) }),
    threshold: 1,
    periods: 2,
    comparison: ComparisonOperator.LESS_THAN_THRESHOLD,
    missing: TreatMissingData.BREACHING,
    says: 'The reconciler has not run for ten minutes.',
    section: 'reconciler-silent',
  };
}

export const undeliveredAlarm = (own: OwnMetrics): AlarmSpec => ({
  id: 'OldestUndelivered',
  metric: own('OldestUndeliveredSeconds', 'reconcile', { statistic: 'Maximum' }),
  threshold: 900,
  periods: 3,
  says: 'A webhook delivery has been due for a quarter of an hour, and nobody sends it.',
  section: 'oldest-undelivered',
});

export const rejectedAlarm = (own: OwnMetrics): AlarmSpec => ({
  id: 'Rejected',
  metric: own('DeadLetters', 'ingest'),
  threshold: 1,
  says: 'Events were rejected; GET /dead-letters has them, with the reason.',
  section: 'rejected-events',
});

export function serverErrorsAlarm(metric: IMetric): AlarmSpec {
  return {
    id: 'ServerErrors',
    metric,
    threshold: 5,
    periods: 2,
    says: 'The HTTP API answers with 5xx.',
    section: 'server-errors',
  };
}

function sumOf(label: string, usingMetrics: Readonly<Record<string, IMetric>>): MathExpression {
  const expression = Object.keys(usingMetrics)
    .map((name) => `FILL(${name}, 0)`)
    .join(' + ');
  return new MathExpression({ label, expression, usingMetrics, period: Duration.minutes(5) });
}
