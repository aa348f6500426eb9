import { readFileSync } from 'node:fs';
import { InvalidArgumentError } from 'commander';
import type { Json } from '../../core/contract.ts';

/** A TCP port; 0 takes a free one. */
export function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535) throw new InvalidArgumentError('A port is a number from 0 to 65535.');
  return port;
}

/** A factor above 0, at most 1,000. */
export function parseScale(text: string): number {
  const scale = Number(text);
  if (!(scale > 0 && scale <= 1_000)) throw new InvalidArgumentError('It is a number above 0, e.g. 0.01.');
  return scale;
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
export const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value];
