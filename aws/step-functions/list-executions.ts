import { type ExecutionListItem, ListExecutionsCommand, type SFNClient } from '@aws-sdk/client-sfn';
import type { ListExecutions, ListedExecution } from '../../handlers/reconcile/listed.ts';
import { isStaleToken, passing } from './errors.ts';

/**
 * ListExecutions. There is no filter for redriven executions of a state machine: `redriveFilter` is for the children of
 * a Map Run (API reference), so each item's own count tells.
 */
export function createListExecutions(client: Pick<SFNClient, 'send'>): ListExecutions {
  return async (stateMachineArn, { status, cursor, limit }) => {
    try {
      const { executions = [], nextToken } = await client.send(
        new ListExecutionsCommand({
          stateMachineArn,
          maxResults: limit,
          ...(status === null ? {} : { statusFilter: status }),
          ...(cursor === null ? {} : { nextToken: cursor }),
        }),
      );
      return { executions: executions.flatMap(listed), next: nextToken ?? null };
    } catch (error) {
      if (isStaleToken(error)) throw new RangeError('The listing cannot be continued: its token is too old.');
      throw passing(error, `ListExecutions of ${stateMachineArn}`);
    }
  };
}

function listed({ executionArn, status, startDate, stopDate, redriveCount }: ExecutionListItem): ListedExecution[] {
  if (executionArn === undefined || status === undefined || startDate === undefined) return [];
  return [
    {
      executionArn,
      status,
      startDate: startDate.getTime(),
      stopDate: stopDate?.getTime() ?? null,
      redriveCount: redriveCount ?? 0,
    },
  ];
}
