/** The tasks as Lambda functions: `infra/example` deploys each of them under its own name. */

import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import type { Json, ProgressReport, TaskHandler } from 'statuswire';
import * as tasks from './tasks.ts';

/** What the deployed definition hands over: the state's input, and parts of Step Functions' context object. */
export interface TaskEvent {
  readonly input: Json;
  readonly execution: { readonly Id: string; readonly Name: string; readonly RedriveCount?: number };
  readonly machine: { readonly Name: string };
  readonly state: { readonly Name: string; readonly RetryCount?: number };
}

const events = new EventBridgeClient({ requestHandler: { connectionTimeout: 1_000, requestTimeout: 2_000 } });

/** Reports by EventBridge (S11). A report that is lost must not fail the task. */
async function report(executionArn: string, redriveCount: number, { percent, message }: ProgressReport): Promise<void> {
  const entry = {
    Source: 'statuswire.example',
    DetailType: 'Statuswire Progress',
    Detail: JSON.stringify({ executionArn, redriveCount, percent, message }),
  };
  await events.send(new PutEventsCommand({ Entries: [entry] })).catch(() => undefined);
}

/** The context that the embedded service gives a task, made of what Step Functions knows. */
function asLambda(task: TaskHandler): (event: TaskEvent) => Promise<Json> {
  return async ({ input, execution, machine, state }) => {
    const { Id: arn, Name: id, RedriveCount: redriveCount = 0 } = execution;
    return task(input, {
      execution: { id, workflow: machine.Name, arn, redriveCount },
      state: state.Name,
      attempt: state.RetryCount ?? 0,
      signal: new AbortController().signal,
      progress: (told) => report(arn, redriveCount, told),
      sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    });
  };
}

export const ProcessPayment = asLambda(tasks.ProcessPayment);
export const CheckInventory = asLambda(tasks.CheckInventory);
export const InitiateShipping = asLambda(tasks.InitiateShipping);
