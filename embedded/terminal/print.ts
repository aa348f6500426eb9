import { printable } from './printable.ts';

/** Writes lines to standard output. Each goes through `printable`, so that no text can add one. */
export function print(...lines: readonly string[]): void {
  for (const line of lines) console.log(printable(line));
}

/** Writes a value to standard output as one line of JSON. */
export const printJson = (value: unknown): void => print(JSON.stringify(value));

/** Writes lines to standard error, as `print` does. */
export function complain(...lines: readonly string[]): void {
  for (const line of lines) console.error(printable(line));
}
