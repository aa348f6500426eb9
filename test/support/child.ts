import { type ChildProcessWithoutNullStreams, execFile, spawn } from 'node:child_process';
import { promisify } from 'node:util';

const leash = new URL('leash.mjs', import.meta.url).href;

/** Names a run of the tests; set by leftovers.ts, and inherited by vitest's own processes. */
export const runVariable = 'STATUSWIRE_TEST_RUN';
/** By this variable leftovers.ts knows what the tests of a run started, and what that started in turn. */
export const childVariable = 'STATUSWIRE_TEST_CHILD_OF';

interface ChildOptions {
  readonly cwd?: string;
  /** The whole environment. @default this process's */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

const tied = (env: ChildOptions['env'] = process.env): NodeJS.ProcessEnv => ({
  ...env,
  NODE_OPTIONS: `${env.NODE_OPTIONS ?? ''} --import=${leash}`.trim(),
  [childVariable]: env[childVariable] ?? process.env[runVariable],
});

/**
 * Starts a process that ends with this one, however this one ends: Node looks at its standard input, which nobody else holds.
 * Programs before Node (`nsenter`, `env`) hand it on. All three streams are pipes; standard input is to be left open.
 */
export const startChild = (
  program: string,
  args: readonly string[],
  { cwd, env }: ChildOptions = {},
): ChildProcessWithoutNullStreams =>
  spawn(program, [...args], { ...(cwd === undefined ? {} : { cwd }), env: tied(env), stdio: 'pipe' });

/** Runs a Node program to its end as such a child. Rejects when it fails, with what it wrote. */
export const runChild = (
  args: readonly string[],
  { cwd, env }: ChildOptions = {},
): Promise<{ readonly stdout: string; readonly stderr: string }> =>
  promisify(execFile)(process.execPath, [...args], { ...(cwd === undefined ? {} : { cwd }), env: tied(env) });
