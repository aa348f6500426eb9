import type { LogKey } from '../../core/ports.ts';

/** One thing in the database that contradicts what the service relies on. */
export interface Finding {
  /** What was looked at. */
  readonly check: 'file' | 'wal' | 'head' | 'log' | 'outbox' | 'delivery' | 'intake' | 'run';
  /** The execution it is about; null where it is about none. */
  readonly key: LogKey | null;
  readonly problem: string;
}

/** `1 finding`, `2 findings`. */
export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

/** The JSON value of a column; undefined where it cannot be read. */
export function parsed(json: unknown): unknown {
  try {
    return JSON.parse(String(json));
  } catch {
    return undefined;
  }
}

/** Column by column, what differs from the JSON beside it. */
export function differences(
  columns: Readonly<Record<string, unknown>>,
  expected: Readonly<Record<string, unknown>>,
): readonly string[] {
  return Object.entries(expected)
    .filter(([name, value]) => columns[name] !== value)
    .map(([name, value]) => `column ${name} is ${columns[name]}, its JSON says ${value}`);
}
