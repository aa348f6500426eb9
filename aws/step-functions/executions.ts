import { isDeepStrictEqual } from 'node:util';
import {
  DescribeExecutionCommand,
  RedriveExecutionCommand,
  type SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import type { Description, Executions, LogKey, RedriveOutcome, StartOutcome } from '../../core/ports.ts';
import { parseExecutionArn } from '../../core/sources/execution-arn.ts';
import type { Workflows } from '../lambda/workflows.ts';
import { type Described, describedEvent } from './described-event.ts';
import { existsAlready, isFinalRedrive, isFinalStart, isUnaskable, lacksKey, passing, reasonOf } from './errors.ts';

export interface ExecutionsOptions {
  /** Made with `clientDefaults`. */
  readonly client: Pick<SFNClient, 'send'>;
  readonly workflows: Pick<Workflows, 'machineArn' | 'isStartable'>;
  /** `arn:<partition>:states:<region>:<account>`: what lies elsewhere, this client cannot reach. */
  readonly place: string;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly newId: () => string;
}

/** Step Functions itself. Rejects with `unavailable` on throttling, its own faults and broken connections. */
export function createExecutions({ client, workflows, place, now, newId }: ExecutionsOptions): Executions {
  async function ask(executionArn: string): Promise<Described> {
    try {
      return await client.send(new DescribeExecutionCommand({ executionArn }));
    } catch (error) {
      if (!lacksKey(error)) throw error;
      // The status is not encrypted; the payloads then count as left out.
      return client.send(new DescribeExecutionCommand({ executionArn, includedData: 'METADATA_ONLY' }));
    }
  }

  /** S5: a name that is taken stands for the same start only where its input is the same. */
  async function known(machineArn: string, id: string, input: string): Promise<StartOutcome> {
    const executionArn = `${machineArn.replace(':stateMachine:', ':execution:')}:${id}`;
    const described = await ask(executionArn);
    const { startDate } = described;
    if (startDate === undefined || !isSameJson(described.input, input)) {
      return refused(`ExecutionAlreadyExists: ${executionArn} has another input`);
    }
    return { type: 'started', executionArn, machineArn, startDate: startDate.getTime() };
  }

  /** The machine to start; or the final answer why there is none. */
  function machineFor(workflow: string): string | StartOutcome {
    const machineArn = workflows.machineArn(workflow);
    if (machineArn === null) return refused(`StateMachineDoesNotExist: no workflow "${workflow}" is configured`);
    if (!workflows.isStartable(workflow)) return refused(`"${workflow}" is Express: its starts are not idempotent`);
    return isAt(place, machineArn)
      ? machineArn
      : refused(`${machineArn} is not at ${place}, where starts go from here`);
  }

  return {
    async start({ workflow, id }: LogKey, input: string): Promise<StartOutcome> {
      const machineArn = machineFor(workflow);
      if (typeof machineArn !== 'string') return machineArn;
      try {
        const command = new StartExecutionCommand({ stateMachineArn: machineArn, name: id, input });
        const { executionArn, startDate } = await client.send(command);
        if (executionArn === undefined || startDate === undefined) throw new Error('StartExecution answered nothing');
        return { type: 'started', executionArn, machineArn, startDate: startDate.getTime() };
      } catch (error) {
        if (isFinalStart(error)) return refused(reasonOf(error));
        if (!existsAlready(error)) throw passing(error, `StartExecution of ${workflow}/${id}`);
      }
      try {
        return await known(machineArn, id, input);
      } catch (error) {
        throw passing(error, `DescribeExecution of ${workflow}/${id}`);
      }
    },

    async describe(executionArn: string): Promise<Description> {
      const arn = parseExecutionArn(executionArn);
      if (arn === null || arn.express || arn.child) {
        return { type: 'impossible', reason: `${executionArn} is no execution that can be described` };
      }
      if (!isAt(place, executionArn)) return { type: 'impossible', reason: `${executionArn} is not at ${place}` };
      try {
        return { type: 'described', event: describedEvent(await ask(executionArn), newId(), now()) };
      } catch (error) {
        if (isUnaskable(error)) return { type: 'impossible', reason: reasonOf(error) };
        throw passing(error, `DescribeExecution of ${executionArn}`);
      }
    },

    async redrive(executionArn: string): Promise<RedriveOutcome> {
      if (parseExecutionArn(executionArn)?.express !== false || !isAt(place, executionArn)) {
        return { type: 'refused', reason: `ExecutionDoesNotExist: ${executionArn}` };
      }
      try {
        // RedriveExecution does not tell the attempt. Asked before, an answer that is behind makes it a late fact at
        // worst; asked after, it might still be the attempt that ended.
        const { redriveCount = 0 } = await ask(executionArn);
        const { redriveDate } = await client.send(new RedriveExecutionCommand({ executionArn }));
        return { type: 'redriven', redriveDate: redriveDate?.getTime() ?? now(), redriveCount: redriveCount + 1 };
      } catch (error) {
        if (isFinalRedrive(error)) return { type: 'refused', reason: reasonOf(error) };
        throw passing(error, `RedriveExecution of ${executionArn}`);
      }
    },
  };
}

const refused = (reason: string): StartOutcome => ({ type: 'refused', reason });

const isAt = (place: string, arn: string): boolean => arn.startsWith(`${place}:`);

/** White space and the order of keys make no other input. */
function isSameJson(told: string | undefined, asked: string): boolean {
  if (told === undefined || told === asked) return told === asked;
  try {
    return isDeepStrictEqual(JSON.parse(told), JSON.parse(asked));
  } catch {
    return false;
  }
}
