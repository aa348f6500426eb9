import { CloudWatchLogsClient, CreateLogStreamCommand, PutLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { type HistoryRecordOptions, historyRecord } from '../support/aws-shapes.ts';
import { accessTo, physicalId, type Stack } from './stack.ts';
import { account, region } from './support/emulator.ts';

/**
 * Writes history records of an execution of the orders into the machine's log group, as Step Functions does; the emulated
 * one writes none. From there they go as they do on AWS: subscription filter, Lambda.
 */
export async function logHistory(stack: Stack, id: string, records: readonly HistoryRecordOptions[]): Promise<void> {
  const logs = new CloudWatchLogsClient(accessTo(stack.endpoint));
  const stream = { logGroupName: physicalId(stack, 'History'), logStreamName: `states/orders/${id}` };
  const executionArn = `arn:aws:states:${region}:${account}:execution:orders:${id}`;
  const logEvents = records.map((record) => {
    const timestamp = Date.now();
    return { timestamp, message: JSON.stringify(historyRecord({ ...record, executionArn, at: timestamp })) };
  });
  await logs.send(new CreateLogStreamCommand(stream));
  await logs.send(new PutLogEventsCommand({ ...stream, logEvents }));
  logs.destroy();
}
