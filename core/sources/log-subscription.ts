import type { Parsed } from '../facts.ts';
import { parseHistoryRecord } from './history-record.ts';
import { asJson, asRecord, ignored, quote, rejected } from './read.ts';

function parseLogEvent(input: unknown, index: number, owner: unknown): Parsed {
  const message = asRecord(input)?.message;
  if (typeof message !== 'string') return rejected(`log event ${index} has no message`);
  const record = asJson(message);
  if (record === undefined) return rejected(`the message of log event ${index} is not JSON: ${quote(message)}`);
  return parseHistoryRecord(record, owner);
}

/**
 * Reads what is inside a CloudWatch Logs subscription payload, after base64 and gzip were undone: one answer per log
 * event, in order; one alone for a control message or a wrong whole. Never throws.
 */
export function parseLogEvents(decoded: unknown): readonly Parsed[] {
  const payload = asRecord(decoded);
  if (payload === null) return [rejected('the log subscription payload is no JSON object')];
  // A probe whether the destination is there (CloudWatch Logs guide, subscription filters).
  if (payload.messageType === 'CONTROL_MESSAGE') return [ignored('control')];
  if (payload.messageType !== 'DATA_MESSAGE') return [rejected(`messageType ${quote(payload.messageType)} is unknown`)];
  if (!Array.isArray(payload.logEvents)) return [rejected('the log subscription payload has no list logEvents')];
  return payload.logEvents.map((event, index) => parseLogEvent(event, index, payload.owner));
}
