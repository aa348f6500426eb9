import { Aws, Duration } from 'aws-cdk-lib';
import { type EventPattern, type IRule, Match, Rule } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { CfnEventInvokeConfig } from 'aws-cdk-lib/aws-lambda';
import { FilterPattern, SubscriptionFilter } from 'aws-cdk-lib/aws-logs';
import { LambdaDestination } from 'aws-cdk-lib/aws-logs-destinations';
import { Construct } from 'constructs';
import type { Base, Queues } from './base.ts';
import { LambdaFunction } from './lambda-function.ts';
import { onExecutions, receiveFrom, sendTo } from './permissions.ts';
import { DeadLetterQueue } from './work-queue.ts';
import type { Workflow } from './workflows.ts';

export const ingestTimeout = Duration.seconds(30);

/** An event pattern has at most 2,048 characters, of which a machine's ARN may take 150 (EventBridge quotas). */
const machinesPerRule = 10;

/** Records that become facts (core/sources/history-record.ts); all others need not come. */
const historyPattern =
  '{ ($.type = "*StateEntered") || ($.type = "*StateExited") || ($.type = "*StateAborted") || ($.type = "Execution*") }';

export interface IngestProps {
  readonly base: Base;
  readonly queues: Queues;
  readonly maxConcurrency?: number | undefined;
}

/** From the sources into the log: EventBridge by a queue, CloudWatch Logs directly. */
export class Ingest extends Construct {
  readonly function: LambdaFunction;
  /** History that could not be taken. */
  readonly historyLetters: DeadLetterQueue;
  readonly rules: readonly IRule[];

  constructor(scope: Construct, id: string, { base, queues, maxConcurrency }: IngestProps) {
    super(scope, id);
    const { settings, workflows, store, environment, appending } = base;
    const { queue, deadLetters } = queues.ingest;
    this.historyLetters = new DeadLetterQueue(this, 'HistoryLetters', {
      holds: 'batches of history records that the ingest Lambda failed on three times',
    });
    this.function = new LambdaFunction(this, 'Lambda', {
      settings,
      name: 'ingest',
      description: 'Statuswire: takes what the sources tell into the log',
      timeout: ingestTimeout,
      environment: {
        ...environment,
        ...appending,
        ingestQueue: queue.queueUrl,
        deadLetterQueue: deadLetters.queue.queueUrl,
      },
      permissions: [
        ...store.allow(['BatchGetItem', 'BatchWriteItem', 'GetItem', 'PutItem']),
        ...onExecutions(workflows, 'DescribeExecution'),
        receiveFrom(queue),
        sendTo(queue, deadLetters.queue, this.historyLetters.queue),
      ],
    });
    queues.ingest.feed(this.function, maxConcurrency);
    this.rules = this.listen(workflows, queues);
    this.subscribe(workflows);
  }

  /** One rule for each ten machines, and two for the progress that their executions report. */
  private listen(workflows: readonly Workflow[], { ingest }: Queues): readonly IRule[] {
    const target = new SqsQueue(ingest.queue, { deadLetterQueue: ingest.deadLetters.queue });
    const rule = (id: string, description: string, eventPattern: EventPattern): IRule =>
      new Rule(this, id, { description, eventPattern: { ...here, ...eventPattern }, targets: [target] });
    // Express executions send no status changes.
    const standard = workflows.filter(({ express }) => !express);
    const status = chunks(standard).map((some, n) =>
      rule(`Status${n}`, 'Statuswire: executions that changed their status', {
        source: ['aws.states'],
        detailType: ['Step Functions Execution Status Change'],
        detail: { stateMachineArn: some.map(({ machineArn }) => machineArn) },
      }),
    );
    const detailType = ['Statuswire Progress'];
    const progress = chunks(workflows).flatMap((some, n) => {
      const ours = some.map(executionsOf).flatMap((prefix) => Match.prefix(prefix));
      return [
        // Step Functions names the execution itself; whoever else reports does so in the detail (S11).
        rule(`Progress${n}`, 'Statuswire: progress that workflows report', { detailType, resources: ours }),
        rule(`Reported${n}`, 'Statuswire: progress that others report', { detailType, detail: { executionArn: ours } }),
      ];
    });
    return [...status, ...progress];
  }

  /** The history, straight from the log groups. What fails is tried again twice, then put aside. */
  private subscribe(workflows: readonly Workflow[]): void {
    const { lambda } = this.function;
    new CfnEventInvokeConfig(this, 'Retries', {
      functionName: lambda.functionName,
      qualifier: '$LATEST',
      maximumRetryAttempts: 2,
      maximumEventAgeInSeconds: Duration.hours(6).toSeconds(),
      destinationConfig: { onFailure: { destination: this.historyLetters.queue.queueArn } },
    });
    // A record names its execution, so machines that share a log group share its one filter.
    const groups = new Map(
      workflows.flatMap(({ name, logGroup }) => (logGroup ? [[logGroup.node.path, { name, logGroup }]] : [])),
    );
    for (const { name, logGroup } of groups.values()) {
      new SubscriptionFilter(this, `History-${name}`, {
        logGroup,
        destination: new LambdaDestination(lambda),
        filterPattern: FilterPattern.literal(historyPattern),
      });
    }
  }
}

/** The machines are all here. A bus may take events of other accounts, and whoever may put events writes progress. */
const here: EventPattern = { account: [Aws.ACCOUNT_ID], region: [Aws.REGION] };

const executionsOf = ({ executionPrefix, express }: Workflow): string =>
  express ? executionPrefix.replace(':execution:', ':express:') : executionPrefix;

function chunks(workflows: readonly Workflow[]): readonly (readonly Workflow[])[] {
  const count = Math.ceil(workflows.length / machinesPerRule);
  return Array.from({ length: count }, (_, n) => workflows.slice(n * machinesPerRule, (n + 1) * machinesPerRule));
}
