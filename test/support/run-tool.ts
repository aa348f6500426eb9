import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

export interface Ran {
  readonly code: number;
  /** Both streams. */
  readonly output: string;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly stdin?: string;
}

/** Runs a program to its end; a failure is an exit code, not an error. */
export function runTool(
  program: string,
  args: readonly string[],
  { cwd = root, env, stdin }: RunOptions = {},
): Promise<Ran> {
  return new Promise((resolve) => {
    const options = { cwd, encoding: 'utf8' as const, maxBuffer: 2 ** 24, env: { ...process.env, ...env } };
    const child = execFile(program, args, options, (error, stdout, stderr) => {
      const code = error ? (typeof error.code === 'number' ? error.code : 1) : 0;
      resolve({ code, output: `${stdout}${stderr}${error && stdout === '' && stderr === '' ? error.message : ''}` });
    });
    child.stdin?.end(stdin);
  });
}

/** One of the tools in node_modules, by the same Node. */
export const bin = (name: string): string => `${root}node_modules/.bin/${name}`;
