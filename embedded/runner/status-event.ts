import { machineArn, type Place } from './place.ts';
import { redriveRefusal } from './redrive.ts';
import type { Run } from './run.ts';

/** Escaped input and output above this are left out (aws-facts §1.3). */
const mostEscapedBytes = 248 * 1024;

/** An EventBridge event, as rules and API destinations deliver it. */
export interface EventBridgeEvent {
  readonly version: '0';
  readonly id: string;
  readonly 'detail-type': string;
  readonly source: string;
  readonly account: string;
  /** ISO 8601 in whole seconds, as EventBridge gives it. */
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: object;
}

export function eventTime(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}

/** Bytes of a text once it stands in JSON, without its quotes. */
function escapedBytes(text: string): number {
  return Buffer.byteLength(JSON.stringify(text)) - 2;
}

function included(input: string, output: string | null): { readonly input: boolean; readonly output: boolean } {
  const outputBytes = output === null ? 0 : escapedBytes(output);
  return {
    input: escapedBytes(input) + outputBytes <= mostEscapedBytes,
    output: outputBytes <= mostEscapedBytes,
  };
}

function redriveOf(
  run: Run,
  now: number,
): { readonly redriveStatus: string; readonly redriveStatusReason: string | null } {
  const reason = redriveRefusal(run, now);
  return { redriveStatus: reason === null ? 'REDRIVABLE' : 'NOT_REDRIVABLE', redriveStatusReason: reason };
}

/**
 * The "Step Functions Execution Status Change" event of a run as it stands (aws-facts §1.1). `whole`: as
 * DescribeExecution tells it, nothing left out.
 */
export function statusEvent(
  run: Run,
  {
    place,
    eventId,
    now,
    whole,
  }: { readonly place: Place; readonly eventId: string; readonly now: number; readonly whole: boolean },
): EventBridgeEvent {
  const status = run.end?.status ?? 'RUNNING';
  const output = run.end?.output ?? null;
  const shown = whole ? { input: true, output: true } : included(run.input, output);
  return {
    version: '0',
    id: eventId,
    'detail-type': 'Step Functions Execution Status Change',
    source: 'aws.states',
    account: place.account,
    time: eventTime(now),
    region: place.region,
    resources: [run.arn],
    detail: {
      executionArn: run.arn,
      stateMachineArn: machineArn(place, run.workflow),
      name: run.id,
      status,
      startDate: run.startDate,
      stopDate: run.end?.stopDate ?? null,
      input: shown.input ? run.input : null,
      output: shown.output ? output : null,
      stateMachineVersionArn: null,
      stateMachineAliasArn: null,
      redriveCount: run.redriveCount,
      redriveDate: run.redriveDate,
      ...redriveOf(run, now),
      inputDetails: { included: shown.input },
      outputDetails: output === null ? null : { included: shown.output },
      error: run.end?.error ?? null,
      cause: run.end?.cause ?? null,
    },
  };
}
