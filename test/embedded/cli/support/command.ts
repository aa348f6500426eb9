import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { format } from 'node:util';
import { vi } from 'vitest';
import { run } from '../../../../embedded/cli/main.ts';
import type { Finished } from './process.ts';

/**
 * Runs a command in this process, one at a time: what it prints and the exit code it sets, with nothing of this process's
 * settings. Starting Node costs ten times what most commands do; tests about the process itself use process.ts.
 */
export async function command(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Finished> {
  const printed = { stdout: '', stderr: '' };
  const into = (stream: keyof typeof printed) => (chunk: string | Uint8Array) => {
    printed[stream] += chunk.toString();
    return true;
  };
  const line =
    (stream: keyof typeof printed) =>
    (...values: readonly unknown[]) => {
      printed[stream] += `${format(...values)}\n`;
    };
  const spies = [
    vi.spyOn(console, 'log').mockImplementation(line('stdout')),
    vi.spyOn(console, 'error').mockImplementation(line('stderr')),
    vi.spyOn(process.stdout, 'write').mockImplementation(into('stdout')),
    vi.spyOn(process.stderr, 'write').mockImplementation(into('stderr')),
  ];
  const settings = { STATUSWIRE_DATA: join(tmpdir(), 'statuswire-none'), STATUSWIRE_URL: undefined, ...env };
  for (const [name, value] of Object.entries({ STATUSWIRE_API_KEY: undefined, ...settings })) vi.stubEnv(name, value);
  const before = process.exitCode;
  process.exitCode = undefined;
  try {
    await run(['node', 'statuswire', ...args]);
    return { code: Number(process.exitCode ?? 0), ...printed };
  } finally {
    process.exitCode = before;
    vi.unstubAllEnvs();
    for (const spy of spies) spy.mockRestore();
  }
}

/** Lines of JSON, parsed. */
export function jsonLines(text: string): readonly Record<string, unknown>[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}
