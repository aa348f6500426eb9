import type { Fact, FactBase, Parsed, Payload, StateFact, StatusFact } from '../facts.ts';
import { hasLength, maxNameLength } from '../names.ts';
import { envelopeFault, locate } from './execution-arn.ts';
import { asCount, asEpochMs, asRecord, asText, ignored, isMissing, quote, rejected } from './read.ts';

type Details = Readonly<Record<string, unknown>>;

/** One record with its common part read. */
interface RecordHead {
  readonly base: FactBase;
  readonly express: boolean;
  readonly historyId: number;
  readonly redriveCount: number;
  readonly details: Details;
}

/** History types that say something of the execution as a whole (aws-facts §2.2). */
const executionTypes: { readonly [type: string]: StatusFact['status'] | undefined } = {
  ExecutionStarted: 'RUNNING',
  ExecutionRedriven: 'RUNNING',
  ExecutionSucceeded: 'SUCCEEDED',
  ExecutionFailed: 'FAILED',
  ExecutionTimedOut: 'TIMED_OUT',
  ExecutionAborted: 'ABORTED',
};

/** `TaskStateEntered`, `MapStateExited`, `WaitStateAborted` …; also of state types that AWS may add. */
const stateShape = /^(?<stateType>[A-Z][A-Za-z]*)State(?<change>Entered|Exited|Aborted)$/;

/** Above 248 KB the text is cut, and without execution data it is not there at all: in both cases it is left out. */
function payloadOf(text: unknown, details: unknown): Payload {
  return typeof text === 'string' && asRecord(details)?.truncated !== true
    ? { type: 'text', text }
    : { type: 'omitted' };
}

function stateFact({ base, historyId, redriveCount, details }: RecordHead, type: string): Parsed | null {
  const { stateType, change } = stateShape.exec(type)?.groups ?? {};
  if (stateType === undefined) return null;
  // The API model gives *StateAborted no details, so AWS may not say which state it was; S8 works without.
  if (change === 'Aborted' && isMissing(details.name)) return ignored('irrelevant');
  const state = asText(details.name);
  if (state === null || !hasLength(state, 0, maxNameLength)) {
    return rejected(`history record ${historyId} (${type}): details.name ${quote(details.name)} is no name of a state`);
  }
  const fact: StateFact = {
    ...base,
    type: 'state',
    redriveCount,
    historyId,
    change: change === 'Entered' ? 'entered' : 'left',
    state,
    stateType: stateType === 'Parallel' || stateType === 'Map' ? 'container' : stateType === 'Fail' ? 'fail' : 'plain',
  };
  return { type: 'facts', facts: [fact] };
}

/** A redrive's own record may carry the new count in its details only. */
function attemptOf({ redriveCount, details }: RecordHead, type: string): number {
  return type === 'ExecutionRedriven' ? Math.max(redriveCount, asCount(details.redriveCount) ?? 0) : redriveCount;
}

function statusFact(head: RecordHead, type: string, status: StatusFact['status']): Fact {
  const { base, details } = head;
  return {
    ...base,
    type: 'status',
    // An Express run is its ARN (S2), and no other source tells its start.
    startDate: type === 'ExecutionStarted' && head.express ? base.at : null,
    status,
    source: 'record',
    binds: false,
    redriveCount: attemptOf(head, type),
    stopDate: status === 'RUNNING' ? null : base.at,
    input: type === 'ExecutionStarted' ? payloadOf(details.input, details.inputDetails) : { type: 'none' },
    output: status === 'SUCCEEDED' ? payloadOf(details.output, details.outputDetails) : { type: 'none' },
    errorName: asText(details.error),
    cause: asText(details.cause),
  };
}

/**
 * Reads one record of an execution history as CloudWatch Logs delivers it, numbers as strings. States entered and left
 * and the execution's own events become facts; every other type, known or new, is ignored. Never throws.
 *
 * @param owner account whose log group the record comes from, where that is told
 */
export function parseHistoryRecord(input: unknown, owner?: unknown): Parsed {
  const record = asRecord(input);
  if (record === null) return rejected(`a history record must be a JSON object, not ${quote(input)}`);
  const historyId = asCount(record.id);
  if (historyId === null) return rejected(`the history record's id ${quote(record.id)} is no whole number`);
  const type = asText(record.type);
  if (type === null) return rejected(`history record ${historyId} has no type`);
  const located = locate(record.execution_arn, `history record ${historyId}: execution_arn`);
  if (located.type !== 'located') return located;
  const stranger = envelopeFault(located.arn, { account: owner });
  if (stranger !== null) return rejected(`history record ${historyId}: ${stranger}`);
  const at = asEpochMs(record.event_timestamp);
  if (at === null) {
    return rejected(`history record ${historyId}: event_timestamp ${quote(record.event_timestamp)} is no time`);
  }
  // Logs from before redrives existed (2023) lack the key.
  const redriveCount = isMissing(record.redrive_count) ? 0 : asCount(record.redrive_count);
  if (redriveCount === null) {
    return rejected(`history record ${historyId}: redrive_count ${quote(record.redrive_count)} is no whole number`);
  }

  const { workflow, id, machineArn, executionArn, express } = located.arn;
  const base: FactBase = { workflow, id, machineArn, executionArn, startDate: null, at };
  const head: RecordHead = { base, express, historyId, redriveCount, details: asRecord(record.details) ?? {} };
  const status = Object.hasOwn(executionTypes, type) ? executionTypes[type] : undefined;
  if (status !== undefined) return { type: 'facts', facts: [statusFact(head, type, status)] };
  return stateFact(head, type) ?? ignored('irrelevant');
}
