import { Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { Base, Queues } from './base.ts';
import { LambdaFunction } from './lambda-function.ts';
import { onExecutions, onMachines, receiveFrom, sendTo } from './permissions.ts';

export const intakeTimeout = Duration.seconds(30);

export interface IntakeProps {
  readonly base: Base;
  readonly queues: Queues;
  readonly maxConcurrency?: number | undefined;
}

/** Starts what was accepted, as fast as Step Functions takes it. */
export class Intake extends Construct {
  readonly function: LambdaFunction;

  constructor(scope: Construct, id: string, { base, queues, maxConcurrency }: IntakeProps) {
    super(scope, id);
    const { settings, workflows, store, environment, appending } = base;
    const { starts } = queues;
    this.function = new LambdaFunction(this, 'Lambda', {
      settings,
      name: 'intake',
      description: 'Statuswire: starts accepted executions',
      timeout: intakeTimeout,
      environment: {
        ...environment,
        ...appending,
        deadLetterQueue: starts.deadLetters.queue.queueUrl,
      },
      permissions: [
        ...store.allow(['BatchGetItem', 'BatchWriteItem', 'DeleteItem', 'GetItem', 'PutItem']),
        ...onMachines(workflows, 'StartExecution'),
        ...onExecutions(workflows, 'DescribeExecution'),
        receiveFrom(starts.queue),
        sendTo(starts.deadLetters.queue),
      ],
    });
    starts.feed(this.function, maxConcurrency);
  }
}
