/**
 * The events as AWS sends them, with every key of the recordings (LocalStack's snapshots, validated against AWS in 2024
 * and 2025). What a test does not name gets the value that a plain execution would have.
 */

import { gzipSync } from 'node:zlib';

export const region = 'eu-west-1';
export const account = '111122223333';
/** 2026-01-01T12:00:00.123Z, the start of every execution that a test does not start itself. */
export const startDate = 1_767_268_800_123;

export const machineArn = (workflow: string): string => `arn:aws:states:${region}:${account}:stateMachine:${workflow}`;

export const executionArn = (workflow: string, id: string): string =>
  `arn:aws:states:${region}:${account}:execution:${workflow}:${id}`;

export const expressArn = (workflow: string, id: string, uuid = '0f5c1e2a-7c0e-4a53-9d8e-2f8f3c0a1b2c'): string =>
  `arn:aws:states:${region}:${account}:express:${workflow}:${id}:${uuid}`;

/** EventBridge's envelope time: whole seconds. */
export const envelopeTime = (at: number): string => new Date(at).toISOString().replace(/\.\d{3}Z$/, 'Z');

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What of an execution a status-change event tells. */
export interface StatusChangeOptions {
  readonly workflow?: string;
  readonly id?: string;
  readonly status?: string;
  /** Epoch milliseconds. */
  readonly startDate?: number;
  /** Epoch milliseconds; one second after the start for every status but RUNNING. */
  readonly stopDate?: number | null;
  /** JSON text; null: left out by the 248 KB rule. */
  readonly input?: string | null;
  /** JSON text; null: left out by the 248 KB rule. `{"ok":true}` for SUCCEEDED, otherwise there is none. */
  readonly output?: string | null;
  readonly error?: string | null;
  readonly cause?: string | null;
  readonly redriveCount?: number;
  readonly redriveDate?: number | string | null;
  readonly eventId?: string;
  /** Overrides of single keys of `detail`; undefined takes a key out. */
  readonly detail?: { readonly [key: string]: unknown };
}

/** A "Step Functions Execution Status Change" event (aws.states, EventBridge). */
export function statusChange(options: StatusChangeOptions = {}): Record<string, unknown> {
  const { workflow = 'orders', id = 'order-1042', status = 'RUNNING', redriveCount = 0 } = options;
  const start = options.startDate ?? startDate;
  const stop = options.stopDate === undefined ? (status === 'RUNNING' ? null : start + 1_000) : options.stopDate;
  const input = options.input === undefined ? '{}' : options.input;
  const outputGiven = options.output !== undefined || status === 'SUCCEEDED';
  const output = options.output === undefined ? (outputGiven ? '{"ok":true}' : null) : options.output;
  const redrivable = status === 'FAILED' || status === 'TIMED_OUT' || status === 'ABORTED';
  const detail: Record<string, unknown> = {
    executionArn: executionArn(workflow, id),
    stateMachineArn: machineArn(workflow),
    name: id,
    status,
    startDate: start,
    stopDate: stop,
    input,
    output,
    stateMachineVersionArn: null,
    stateMachineAliasArn: null,
    redriveCount,
    redriveDate: options.redriveDate ?? null,
    redriveStatus: redrivable ? 'REDRIVABLE' : 'NOT_REDRIVABLE',
    redriveStatusReason: redrivable ? null : `Execution is ${status} and cannot be redriven`,
    inputDetails: { included: input !== null },
    outputDetails: outputGiven ? { included: output !== null } : null,
    error: options.error ?? null,
    cause: options.cause ?? null,
    ...options.detail,
  };
  for (const key of Object.keys(detail)) if (detail[key] === undefined) delete detail[key];
  return {
    version: '0',
    id: options.eventId ?? `sc-${id}-${redriveCount}-${status}`,
    'detail-type': 'Step Functions Execution Status Change',
    source: 'aws.states',
    account,
    time: envelopeTime(stop ?? start),
    region,
    resources: [executionArn(workflow, id)],
    detail,
  };
}

/** One history event as it is logged. */
export interface HistoryRecordOptions {
  readonly workflow?: string;
  readonly id?: string;
  /** Instead of the Standard ARN of (workflow, id). */
  readonly executionArn?: string;
  readonly historyId?: number;
  readonly previousId?: number;
  readonly type?: string;
  /** State name; short for `details: { name }`. */
  readonly state?: string;
  readonly details?: { readonly [key: string]: unknown };
  /** Epoch milliseconds. */
  readonly at?: number;
  readonly redriveCount?: number;
}

/** One log record of the execution history, as CloudWatch Logs delivers it: numbers are strings. */
export function historyRecord(options: HistoryRecordOptions = {}): Record<string, unknown> {
  const { workflow = 'orders', id = 'order-1042', historyId = 2, type = 'TaskStateEntered' } = options;
  return {
    id: String(historyId),
    type,
    details: options.details ?? (options.state === undefined ? {} : { name: options.state }),
    previous_event_id: String(options.previousId ?? Math.max(0, historyId - 1)),
    event_timestamp: String(options.at ?? startDate + historyId),
    execution_arn: options.executionArn ?? executionArn(workflow, id),
    redrive_count: String(options.redriveCount ?? 0),
  };
}

/** What a workflow reports by `events:putEvents`. */
export interface ProgressOptions {
  readonly workflow?: string;
  readonly id?: string;
  readonly percent?: number;
  readonly message?: string;
  readonly sequence?: number;
  readonly redriveCount?: number;
  /** Epoch milliseconds; the envelope keeps whole seconds only. */
  readonly at?: number;
  readonly eventId?: string;
  /** The author's own `Resources`; Step Functions appends the two ARNs. */
  readonly resources?: readonly string[];
  /** Instead of what the keys above say. */
  readonly detail?: unknown;
}

/** A `Statuswire Progress` event as the putEvents integration sends it. */
export function progressEvent(options: ProgressOptions = {}): Record<string, unknown> {
  const { workflow = 'orders', id = 'order-1042', percent, message, sequence, redriveCount } = options;
  const report = { percent, message, sequence, redriveCount };
  return {
    version: '0',
    id: options.eventId ?? `pg-${id}-${options.at ?? 0}-${sequence ?? ''}-${percent ?? ''}`,
    'detail-type': 'Statuswire Progress',
    source: 'my.shop',
    account,
    time: envelopeTime(options.at ?? startDate),
    region,
    resources: [...(options.resources ?? []), machineArn(workflow), executionArn(workflow, id)],
    detail: options.detail ?? Object.fromEntries(Object.entries(report).filter(([, value]) => value !== undefined)),
  };
}

/** What is inside a CloudWatch Logs subscription payload. */
export function decodedLogs(records: readonly unknown[]): Record<string, unknown> {
  return {
    messageType: 'DATA_MESSAGE',
    owner: account,
    logGroup: '/aws/vendedlogs/states/orders',
    logStream: 'states/orders/2026-01-01-12/00000000',
    subscriptionFilters: ['statuswire'],
    logEvents: records.map((record, index) => ({
      id: `log-${index}`,
      timestamp: isRecord(record) ? Number(record.event_timestamp) : startDate,
      message: JSON.stringify(record),
    })),
  };
}

/**
 * A CloudWatch Logs subscription payload as Lambda gets it.
 *
 * @param owner The account whose log group it is.
 */
export function awslogs(
  records: readonly unknown[],
  owner: string = account,
): { readonly awslogs: { readonly data: string } } {
  const decoded = { ...decodedLogs(records), owner };
  return { awslogs: { data: gzipSync(JSON.stringify(decoded)).toString('base64') } };
}

/** The probe with which CloudWatch Logs checks that the destination is there. */
export function controlMessage(): { readonly awslogs: { readonly data: string } } {
  const probe = {
    messageType: 'CONTROL_MESSAGE',
    owner: 'CloudwatchLogs',
    logGroup: '',
    logStream: '',
    subscriptionFilters: [],
    logEvents: [{ id: '', timestamp: startDate, message: 'CWL CONTROL MESSAGE: Checking health of destination.' }],
  };
  return { awslogs: { data: gzipSync(JSON.stringify(probe)).toString('base64') } };
}
