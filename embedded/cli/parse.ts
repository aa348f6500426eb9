import { readFileSync } from 'node:fs';
import { InvalidArgumentError } from 'commander';
import type { Json } from '../../core/contract.ts';

/** A TCP port; 0 takes a free one. */
export function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535) throw new InvalidArgumentError('A port is a number from 0 to 65535.');
  return port;
}

/** A whole number, 0 included. */
export function parseCount(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It is a whole number, e.g. 100.');
  return Number(text);
}

/** A whole number above 0. */
export function parsePositive(text: string): number {
  const count = parseCount(text);
  if (count === 0) throw new InvalidArgumentError('It is 1 or more.');
  return count;
}

/** A factor above 0, at most 1,000. */
export function parseScale(text: string): number {
  const scale = Number(text);
  if (!(scale > 0 && scale <= 1_000)) throw new InvalidArgumentError('It is a number above 0, e.g. 0.01.');
  return scale;
}

/** Days, at least 15: a redrive may come 14 days after the end (S4). */
export function parseDays(text: string): number {
  const days = Number(text);
  if (!(text.trim() !== '' && days >= 15 && days <= 36_500)) throw new InvalidArgumentError('It is 15 or more.');
  return days;
}

/** JSON, or `@file` to read it from. */
export function parseJson(text: string): Json {
  try {
    return JSON.parse(text.startsWith('@') ? readFileSync(text.slice(1), 'utf8') : text) as Json;
  } catch (error) {
    throw new InvalidArgumentError(`It must be JSON, or @ and the name of a file with JSON: ${String(error)}`);
  }
}

/** Collects a repeatable option. */
export const collect =
  (check: (text: string) => string) =>
  (value: string, before: readonly string[]): readonly string[] => [...before, checked(check)(value)];

/** An option by a rule that throws its reason: what is refused is told with the option's name, and where it came from. */
export const checked =
  (check: (text: string) => string) =>
  (text: string): string => {
    try {
      return check(text);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new InvalidArgumentError(reason.slice(0, 1).toUpperCase() + reason.slice(1));
    }
  };
