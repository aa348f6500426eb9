import type { DescribeExecutionCommandOutput } from '@aws-sdk/client-sfn';
import type { Json } from '../../core/contract.ts';
import { parseExecutionArn } from '../../core/sources/execution-arn.ts';

/** Of what DescribeExecution answers, what a status-change event tells too. */
export type Described = Omit<DescribeExecutionCommandOutput, '$metadata'>;

/**
 * The answer in the shape of a status-change event (aws-facts §1.1), so that one parser reads both. Payloads are whole
 * here; one that the answer does not have, although there is one, is marked as left out.
 *
 * @param at epoch milliseconds; when it was asked
 */
export function describedEvent(described: Described, eventId: string, at: number): Json {
  const { executionArn = '', status } = described;
  const output = described.output ?? null;
  const [, , , region = '', account = ''] = executionArn.split(':');
  return {
    version: '0',
    id: eventId,
    'detail-type': 'Step Functions Execution Status Change',
    source: 'aws.states',
    account,
    time: `${new Date(at).toISOString().slice(0, 19)}Z`,
    region,
    resources: [executionArn],
    detail: {
      executionArn,
      stateMachineArn: described.stateMachineArn ?? null,
      name: described.name ?? parseExecutionArn(executionArn)?.id ?? null,
      status: status ?? null,
      startDate: ms(described.startDate),
      stopDate: ms(described.stopDate),
      input: described.input ?? null,
      output,
      stateMachineVersionArn: described.stateMachineVersionArn ?? null,
      stateMachineAliasArn: described.stateMachineAliasArn ?? null,
      redriveCount: described.redriveCount ?? 0,
      redriveDate: ms(described.redriveDate),
      redriveStatus: described.redriveStatus ?? null,
      redriveStatusReason: described.redriveStatusReason ?? null,
      // Every execution has an input.
      inputDetails: { included: described.input !== undefined },
      outputDetails: status === 'SUCCEEDED' ? { included: output !== null } : null,
      error: described.error ?? null,
      cause: described.cause ?? null,
    },
  };
}

const ms = (date: Date | undefined): number | null => date?.getTime() ?? null;
