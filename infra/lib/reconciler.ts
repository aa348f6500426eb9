import { Duration } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction as LambdaTarget } from 'aws-cdk-lib/aws-events-targets';
import { CfnEventInvokeConfig } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { type Base, optional, type Queues } from './base.ts';
import { LambdaFunction } from './lambda-function.ts';
import { manageConnections, onExecutions, onMachines, sendTo } from './permissions.ts';
import type { SocketApi } from './websocket-api.ts';

export interface ReconcilerProps {
  readonly base: Base;
  readonly queues: Queues;
  readonly sockets: SocketApi | null;
  readonly since?: Date | undefined;
}

/** Every minute, looks after what nobody told: lost events, due deliveries, forgotten starts, expired logs (G5). */
export class Reconciler extends Construct {
  readonly function: LambdaFunction;

  constructor(scope: Construct, id: string, { base, queues, sockets, since }: ReconcilerProps) {
    super(scope, id);
    const { settings, workflows, store, environment, appending } = base;
    const { starts, webhooks } = queues;
    this.function = new LambdaFunction(this, 'Lambda', {
      settings,
      name: 'reconcile',
      description: 'Statuswire: repairs what the sources did not tell',
      // Done before the next one begins.
      timeout: Duration.seconds(55),
      environment: {
        ...environment,
        ...appending,
        startQueue: starts.queue.queueUrl,
        ...optional('webhookQueue', webhooks?.queue.queueUrl),
        ...optional('managementUrl', sockets?.managementUrl),
        ...optional('since', since && String(since.getTime())),
      },
      permissions: [
        ...store.allow(
          ['BatchGetItem', 'BatchWriteItem', 'DeleteItem', 'GetItem', 'PutItem', 'Query'],
          ['due', 'expiring'],
        ),
        ...onMachines(workflows, 'ListExecutions'),
        ...onExecutions(workflows, 'DescribeExecution'),
        sendTo(starts.queue, ...(webhooks ? [webhooks.queue] : [])),
        ...(sockets ? [manageConnections(sockets.stageArn, 'DELETE')] : []),
      ],
    });
    new CfnEventInvokeConfig(this, 'Retries', {
      functionName: this.function.lambda.functionName,
      qualifier: '$LATEST',
      // The next minute is the retry.
      maximumRetryAttempts: 0,
      maximumEventAgeInSeconds: 60,
    });
    new Rule(this, 'Schedule', {
      description: 'Statuswire: the reconciler, every minute',
      schedule: Schedule.rate(Duration.minutes(1)),
      targets: [new LambdaTarget(this.function.lambda)],
    });
  }
}
