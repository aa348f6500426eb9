/** Tells a history as AWS does: status-change events, log records and progress events, in true order. */

import type { Progress } from '../../core/contract.ts';
import { historyRecord, progressEvent, statusChange } from './aws-shapes.ts';
import { type Attempt, type HistoryEvent, outputText } from './run-attempts.ts';

/** One thing that a source sent. */
export interface Sent {
  readonly type: 'event' | 'record';
  readonly source: unknown;
  /** The true set of active states after it; see `RunStep.active`. */
  readonly active: readonly string[];
  /** Set on progress events: what ranks them (S11). */
  readonly report?: Report;
}

interface Report {
  readonly attempt: number;
  readonly value: Progress;
  readonly sequence: number | null;
  /** Epoch milliseconds, whole seconds. */
  readonly at: number;
  readonly eventId: string;
}

export interface Naming {
  readonly workflow: string;
  readonly id: string;
  /** Set for Express executions: then log records are the only source. */
  readonly expressArn?: string;
  readonly startDate: number;
  readonly input: string;
  /** The logging option `includeExecutionData`. */
  readonly executionData: boolean;
}

type Pick = (n: number) => number;

const payloadKeys = ['input', 'inputDetails', 'output', 'outputDetails'];

function recordOf(event: HistoryEvent, naming: Naming): Sent {
  const kept = Object.entries(event.details).filter(([key]) => naming.executionData || !payloadKeys.includes(key));
  const source = historyRecord({
    ...(naming.expressArn === undefined ? naming : { executionArn: naming.expressArn }),
    historyId: event.historyId,
    previousId: event.previousId,
    type: event.type,
    details: Object.fromEntries(kept),
    at: event.at,
    redriveCount: event.attempt,
  });
  return { type: 'record', source, active: event.active };
}

/** The shapes in which a redriveDate was seen or documented. */
function redriveDateOf(at: number, pick: Pick): number | string {
  return [at, String(at), new Date(at).toISOString()][pick(3)] ?? at;
}

function beginningOf(attempt: Attempt, at: number, naming: Naming, pick: Pick): Sent {
  const { number } = attempt;
  const redriveDate = number > 0 ? redriveDateOf(at, pick) : null;
  const { workflow, id, startDate, input } = naming;
  const source = statusChange({ workflow, id, startDate, input, status: 'RUNNING', redriveCount: number, redriveDate });
  return { type: 'event', source, active: [] };
}

function endOf(attempt: Attempt, at: number, naming: Naming, pick: Pick): Sent {
  const { workflow, id, startDate, input } = naming;
  const { status, number, failure } = attempt;
  const source = statusChange({
    workflow,
    id,
    startDate,
    input,
    status,
    redriveCount: number,
    // The event's clock and the record's need not agree to the millisecond.
    stopDate: at + (pick(3) === 0 ? 2 : 0),
    ...(status === 'SUCCEEDED' ? { output: outputText } : failure),
  });
  return { type: 'event', source, active: [] };
}

function progressOf(event: HistoryEvent, naming: Naming, pick: Pick): Sent {
  const { workflow, id } = naming;
  const value: Progress = { percent: pick(101), message: pick(2) === 0 ? `step ${event.historyId}` : null };
  const sequence = pick(2) === 0 ? pick(5) : null;
  const eventId = `pg-${pick(4)}-${event.attempt}-${event.historyId}`;
  const source = progressEvent({
    workflow,
    id,
    at: event.at,
    eventId,
    redriveCount: event.attempt,
    ...(value.percent === null ? {} : { percent: value.percent }),
    ...(value.message === null ? {} : { message: value.message }),
    ...(sequence === null ? {} : { sequence }),
  });
  const at = Math.floor(event.at / 1_000) * 1_000;
  return {
    type: 'event',
    source,
    active: event.active,
    report: { attempt: event.attempt, value, sequence, at, eventId },
  };
}

const inEitherOrder = (a: Sent, b: Sent, pick: Pick): readonly [Sent, Sent] => (pick(2) === 0 ? [a, b] : [b, a]);

function sendAttempt(attempt: Attempt, naming: Naming, pick: Pick): readonly Sent[] {
  const records = attempt.events.map((event) => recordOf(event, naming));
  if (naming.expressArn !== undefined) return records;
  const [first, last] = [records[0], records.at(-1)];
  const [firstEvent, lastEvent] = [attempt.events[0], attempt.events.at(-1)];
  if (!first || !last || !firstEvent || !lastEvent) return records;
  // Nobody has documented whether a redrive makes a RUNNING event (aws-facts §1.5).
  const silent = attempt.number > 0 && pick(2) === 0;
  const sent = silent ? [first] : [...inEitherOrder(beginningOf(attempt, firstEvent.at, naming, pick), first, pick)];
  records.slice(1, -1).forEach((record, index) => {
    sent.push(record);
    const event = attempt.events[index + 1];
    if (event !== undefined && pick(6) === 0) sent.push(progressOf(event, naming, pick));
  });
  const [one, other] = inEitherOrder(last, endOf(attempt, lastEvent.at, naming, pick), pick);
  // A record of a Standard run's end is no end by itself (S15): until the event, the set is the one before.
  const before = attempt.events.at(-2)?.active ?? [];
  sent.push(one.type === 'record' ? { ...one, active: before } : one, other);
  return sent;
}

function pendingRedrive(attempt: Attempt, naming: Naming): Sent {
  const { workflow, id, startDate } = naming;
  const options = { workflow, id, startDate, status: 'PENDING_REDRIVE', redriveCount: attempt.number };
  const stopDate = attempt.events.at(-1)?.at ?? startDate;
  return { type: 'event', source: statusChange({ ...options, stopDate }), active: [] };
}

/** Everything that the sources send of one execution, in the order in which it happens. */
export function sendAll(attempts: readonly Attempt[], naming: Naming, pick: Pick): readonly Sent[] {
  return attempts.flatMap((attempt, index) => {
    const sent = sendAttempt(attempt, naming, pick);
    const redriven = index < attempts.length - 1;
    return redriven && pick(4) === 0 ? [...sent, pendingRedrive(attempt, naming)] : sent;
  });
}

/** A sequence outranks none; then the sequence, the time and the event id decide (S11). */
function outranks(a: Report, b: Report): boolean {
  if (a.sequence !== b.sequence) return b.sequence === null || (a.sequence !== null && a.sequence > b.sequence);
  if (a.at !== b.at) return a.at > b.at;
  return a.eventId > b.eventId;
}

/** What the reports of an attempt come to. */
export function rankedProgress(sent: readonly Sent[], attempt: number): Progress | null {
  let best: Report | null = null;
  for (const { report } of sent) {
    if (report?.attempt === attempt && (best === null || outranks(report, best))) best = report;
  }
  return best?.value ?? null;
}
