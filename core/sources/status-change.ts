import type { Parsed, Payload, StatusFact } from '../facts.ts';
import { envelopeFault, locate } from './execution-arn.ts';
import { asCount, asEpochMs, asInstant, asRecord, asText, isMissing, quote, rejected } from './read.ts';

const statuses = [
  'RUNNING',
  'SUCCEEDED',
  'FAILED',
  'TIMED_OUT',
  'ABORTED',
  'PENDING_REDRIVE',
] as const satisfies readonly StatusFact['status'][];

/** Above 248 KB Step Functions leaves the input out: null and `included: false`. */
function inputOf({ input, inputDetails }: Readonly<Record<string, unknown>>): Payload {
  if (typeof input === 'string') return { type: 'text', text: input };
  return isMissing(input) && asRecord(inputDetails)?.included !== false ? { type: 'none' } : { type: 'omitted' };
}

/** Only a success has an output, and each has one, be it `null` as text: without it, it was left out. */
function outputOf(status: StatusFact['status'], { output }: Readonly<Record<string, unknown>>): Payload {
  if (status !== 'SUCCEEDED') return { type: 'none' };
  return typeof output === 'string' ? { type: 'text', text: output } : { type: 'omitted' };
}

/** The envelope's time counts only where nothing better is told, since it has whole seconds. */
function timeOf(
  status: StatusFact['status'],
  redriveCount: number,
  detail: Readonly<Record<string, unknown>>,
  envelope: number | null,
): number | null {
  const start = asEpochMs(detail.startDate);
  const stop = asEpochMs(detail.stopDate);
  if (status === 'RUNNING') {
    // A redriven execution keeps its first startDate.
    return redriveCount > 0 ? (asInstant(detail.redriveDate) ?? envelope ?? start) : (start ?? envelope);
  }
  return status === 'PENDING_REDRIVE' ? (envelope ?? stop ?? start) : (stop ?? envelope ?? start);
}

/**
 * Reads a "Step Functions Execution Status Change" event (source `aws.states`). Only the documented keys are needed and
 * most of them may be missing or null; `executionArn` may also be the first of `resources`. The state machine follows
 * from the execution's ARN, so versions and aliases play no part. Never throws.
 */
export function parseStatusChange(input: unknown): Parsed {
  const event = asRecord(input);
  const detail = asRecord(event?.detail);
  if (event === null || detail === null) return rejected('the status-change event has no detail object');
  const resources = Array.isArray(event.resources) ? event.resources : [];
  const located = locate(isMissing(detail.executionArn) ? resources[0] : detail.executionArn, 'executionArn');
  if (located.type !== 'located') return located;
  const stranger = envelopeFault(located.arn, { account: event.account, region: event.region });
  if (stranger !== null) return rejected(stranger);

  const status = statuses.find((known) => known === detail.status);
  if (status === undefined) return rejected(`status ${quote(detail.status)} is unknown`);
  const redriveCount = isMissing(detail.redriveCount) ? 0 : asCount(detail.redriveCount);
  if (redriveCount === null) return rejected(`redriveCount ${quote(detail.redriveCount)} is no whole number`);
  const at = timeOf(status, redriveCount, detail, asInstant(event.time));
  if (at === null) return rejected('the status-change event has no usable time: neither in detail nor in the envelope');

  const { workflow, id, machineArn, executionArn } = located.arn;
  const fact: StatusFact = {
    type: 'status',
    workflow,
    id,
    machineArn,
    executionArn,
    startDate: asEpochMs(detail.startDate),
    at,
    status,
    source: 'event',
    binds: false,
    redriveCount,
    stopDate: asEpochMs(detail.stopDate),
    input: inputOf(detail),
    output: outputOf(status, detail),
    errorName: asText(detail.error),
    cause: asText(detail.cause),
  };
  return { type: 'facts', facts: [fact] };
}
