/**
 * Small readers for values of unknown shape. None of them throws; each answers null for what it cannot read. Numbers may
 * come as numeric strings everywhere, because CloudWatch Logs writes them so and EventBridge input transformers may.
 */

import type { Parsed } from '../facts.ts';

/** An object with keys; null for anything else, arrays included. */
export function asRecord(input: unknown): Readonly<Record<string, unknown>> | null {
  return typeof input === 'object' && input !== null && !Array.isArray(input)
    ? (input as Readonly<Record<string, unknown>>)
    : null;
}

/** A non-empty string. */
export function asText(input: unknown): string | null {
  return typeof input === 'string' && input !== '' ? input : null;
}

/** Is the optional key absent? AWS writes null as often as nothing. */
export function isMissing(input: unknown): input is null | undefined {
  return input === null || input === undefined;
}

const digits = /^\d{1,16}$/;

/** A whole number from 0 up, exactly representable. Adding 0 makes of -0, which JSON can spell, what it will be stored as. */
export function asCount(input: unknown): number | null {
  const value = typeof input === 'string' && digits.test(input) ? Number(input) : input;
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value + 0 : null;
}

/** 9999-12-31T23:59:59.999Z: the last instant whose ISO 8601 form has a year of four digits, as AWSDateTime wants. */
const lastInstant = 253_402_300_799_999;

/** Epoch milliseconds from a number or a numeric string; parts of a millisecond are cut. */
export function asEpochMs(input: unknown): number | null {
  const value = typeof input === 'string' && /^\d{1,16}(\.\d+)?$/.test(input) ? Number(input) : input;
  return typeof value === 'number' && value >= 0 && value <= lastInstant ? Math.floor(value) + 0 : null;
}

/** ISO 8601 with a zone: Date.parse alone would read a text without one in this machine's own zone. */
const zoned = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}.*(Z|[+-]\d{2}:?\d{2})$/;

/** Epoch milliseconds from an ISO 8601 text with a zone, a number, or a numeric string. */
export function asInstant(input: unknown): number | null {
  return typeof input === 'string' && zoned.test(input) ? asEpochMs(Date.parse(input)) : asEpochMs(input);
}

/** The JSON value of a text; undefined when it is none (null is a JSON value). */
export function asJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A value as a reason shows it: strings in quotes, cut to 120 characters; of anything else only the type. */
export function quote(input: unknown): string {
  if (typeof input === 'string') return JSON.stringify(input.length > 120 ? `${input.slice(0, 120)}…` : input);
  if (typeof input === 'number' || typeof input === 'boolean') return String(input);
  if (input === null) return 'null';
  if (input === undefined) return 'nothing';
  return Array.isArray(input) ? 'a list' : `a value of type ${typeof input}`;
}

export function rejected(reason: string): Parsed {
  return { type: 'rejected', reason };
}

export function ignored(why: Extract<Parsed, { readonly type: 'ignored' }>['why']): Parsed {
  return { type: 'ignored', why };
}
