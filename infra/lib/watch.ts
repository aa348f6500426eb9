import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import {
  type AlarmSpec,
  backlogAlarm,
  deadLetterAlarm,
  errorsAlarm,
  iteratorAgeAlarm,
  rejectedAlarm,
  repairsAlarm,
  serverErrorsAlarm,
  silentReconcilerAlarm,
  throttledTableAlarm,
  throttlesAlarm,
  undeliveredAlarm,
} from './alarm-list.ts';
import type { AppsyncApi } from './appsync-api.ts';
import type { Base, Queues } from './base.ts';
import { Overview } from './dashboard.ts';
import type { FanOut } from './fan-out.ts';
import type { StatusApi } from './http-api.ts';
import type { Ingest } from './ingest.ts';
import type { Intake } from './intake.ts';
import type { Reconciler } from './reconciler.ts';
import type { Webhooks } from './webhooks.ts';
import type { SocketApi } from './websocket-api.ts';

export interface WatchProps {
  readonly base: Base;
  readonly queues: Queues;
  readonly api: StatusApi;
  readonly ingest: Ingest;
  readonly intake: Intake;
  readonly fanOut: FanOut;
  readonly reconciler: Reconciler;
  readonly webhooks: Webhooks | null;
  readonly sockets: SocketApi | null;
  readonly appsync: AppsyncApi | null;
  /** Told when an alarm goes off and when it is over. */
  readonly topic?: ITopic | undefined;
}

/** Where the runbook is that the alarms name. */
const runbook = 'docs/aws-operations.md';

/** Alarms, each of which means that somebody should look, and a dashboard to look at. */
export class Watch extends Construct {
  constructor(scope: Construct, id: string, props: WatchProps) {
    super(scope, id);
    const { base, queues, api, ingest, intake, fanOut, reconciler, webhooks, sockets, appsync } = props;
    const constructs = [ingest, api, intake, fanOut, webhooks, sockets, reconciler];
    const functions = [
      ...constructs.flatMap((each) => (each ? [each.function] : [])),
      ...(appsync ? [appsync.authorize, appsync.query] : []),
    ];
    const alarms: readonly AlarmSpec[] = [
      deadLetterAlarm('Ingest', queues.ingest.deadLetters),
      deadLetterAlarm('History', ingest.historyLetters),
      deadLetterAlarm('Start', queues.starts.deadLetters),
      deadLetterAlarm('FanOut', fanOut.missed),
      backlogAlarm('Ingest', queues.ingest, 'Events wait for more than two minutes before they are taken.'),
      backlogAlarm('Start', queues.starts, 'Accepted starts wait for more than two minutes.'),
      rejectedAlarm(base.own),
      repairsAlarm(base.own),
      silentReconcilerAlarm(reconciler.function),
      iteratorAgeAlarm(fanOut.function),
      throttledTableAlarm(base.store.table.tableName),
      throttlesAlarm(functions),
      serverErrorsAlarm(api.api.metricServerError({ statistic: 'Sum', period: Duration.minutes(5) })),
      ...functions.map(errorsAlarm),
      ...(queues.webhooks ? [deadLetterAlarm('Webhook', queues.webhooks.deadLetters), undeliveredAlarm(base.own)] : []),
    ];
    const made = alarms.map((spec) => this.make(spec, props.topic));
    new Overview(this, 'Overview', { ...props, functions, alarms: made });
  }

  private make(spec: AlarmSpec, topic: ITopic | undefined): Alarm {
    const alarm = new Alarm(this, spec.id, {
      metric: spec.metric,
      threshold: spec.threshold,
      evaluationPeriods: spec.periods ?? 1,
      comparisonOperator: spec.comparison ?? ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: spec.missing ?? TreatMissingData.NOT_BREACHING,
      alarmDescription: `${spec.says} What to do: ${runbook}#${spec.section}`,
    });
    if (topic) {
      alarm.addAlarmAction(new SnsAction(topic));
      alarm.addOkAction(new SnsAction(topic));
    }
    return alarm;
  }
}
