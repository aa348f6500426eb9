import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { startChild } from '../../../support/child.ts';

const bin = fileURLToPath(new URL('../../../../bin/statuswire.js', import.meta.url));

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs the real command line in a process of its own, with nothing of this one's settings. `onOutput` hears standard output
 * as it comes, and may send the process a signal.
 */
export function commandProcess(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  onOutput: (stdout: string, kill: (signal: NodeJS.Signals) => void) => void = () => undefined,
): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = startChild(process.execPath, [bin, ...args], {
      cwd: tmpdir(),
      env: { PATH: process.env.PATH ?? '', ...env },
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString();
      onOutput(stdout, (signal) => child.kill(signal));
    });
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout, stderr }));
  });
}
