import type { Parsed, ProgressFact } from '../facts.ts';
import { hasLength } from '../names.ts';
import { envelopeFault, locate, parseExecutionArn } from './execution-arn.ts';
import { asInstant, asJson, asRecord, asText, isMissing, quote, rejected } from './read.ts';

/** The `detail-type` that makes an event of any source a progress report (S11). */
export const progressDetailType = 'Statuswire Progress';

/** S11, in characters. */
const maxMessage = 280;

const isWhole = (value: unknown): value is number => typeof value === 'number' && Number.isSafeInteger(value);

/** What is wrong with the report, or null. */
function faultOf(detail: Readonly<Record<string, unknown>>): string | null {
  const { percent, message, sequence, redriveCount } = detail;
  if (!isMissing(percent) && !(typeof percent === 'number' && percent >= 0 && percent <= 100)) {
    return `percent ${quote(percent)} is no number from 0 to 100`;
  }
  if (!isMissing(message) && typeof message !== 'string') return `message must be a string, not ${quote(message)}`;
  if (typeof message === 'string' && !hasLength(message, 0, maxMessage)) {
    return `message is longer than ${maxMessage} characters`;
  }
  if (!isMissing(sequence) && !isWhole(sequence)) return `sequence ${quote(sequence)} is no whole number`;
  if (!isMissing(redriveCount) && !(isWhole(redriveCount) && redriveCount >= 0)) {
    return `redriveCount ${quote(redriveCount)} is no whole number from 0 up`;
  }
  return isMissing(percent) && isMissing(message) ? 'the report has neither percent nor message' : null;
}

/**
 * Step Functions appends the state machine's and the execution's ARN to the author's own resources, so the last
 * execution among them is the one that reports. Reports put by other means name it in the detail.
 */
function executionOf(resources: unknown, detail: Readonly<Record<string, unknown>>): unknown {
  const list: readonly unknown[] = Array.isArray(resources) ? resources : [];
  return list.findLast((entry) => parseExecutionArn(entry) !== null) ?? detail.executionArn;
}

/** Reads a progress event (S11). The detail may be an object or its JSON text. Never throws. */
export function parseProgress(input: unknown): Parsed {
  const event = asRecord(input);
  const detail = asRecord(typeof event?.detail === 'string' ? asJson(event.detail) : event?.detail);
  if (event === null || detail === null) return rejected('the progress event has no detail object');
  const fault = faultOf(detail);
  if (fault !== null) return rejected(`progress event: ${fault}`);
  const named = executionOf(event.resources, detail);
  if (isMissing(named)) return rejected('progress event: neither resources nor detail.executionArn name an execution');
  const located = locate(named, 'progress event: executionArn');
  if (located.type !== 'located') return located;
  // Anybody who may put events could name any execution, so here both must be there.
  const { account, region } = event;
  if (isMissing(account) || isMissing(region)) return rejected('progress event: it has no account or no region');
  const stranger = envelopeFault(located.arn, { account, region });
  if (stranger !== null) return rejected(`progress event: ${stranger}`);
  const at = asInstant(event.time);
  if (at === null) return rejected(`progress event: time ${quote(event.time)} is no time`);
  const eventId = asText(event.id);
  if (eventId === null) return rejected('progress event: it has no id');

  const { workflow, id, machineArn, executionArn } = located.arn;
  // Adding 0 makes of -0, which JSON can spell, what it will be stored as.
  const fact: ProgressFact = {
    type: 'progress',
    workflow,
    id,
    machineArn,
    executionArn,
    startDate: null,
    at,
    redriveCount: isWhole(detail.redriveCount) ? detail.redriveCount + 0 : null,
    sequence: isWhole(detail.sequence) ? detail.sequence + 0 : null,
    eventId,
    percent: typeof detail.percent === 'number' ? detail.percent + 0 : null,
    message: typeof detail.message === 'string' ? detail.message : null,
  };
  return { type: 'facts', facts: [fact] };
}
