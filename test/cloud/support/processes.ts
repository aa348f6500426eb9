import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** What it prints goes straight on, and is not kept. Default false. */
  readonly isShown?: boolean;
  /** Milliseconds until it is killed, and everything it started. Default: a minute. */
  readonly timeoutMs?: number;
}

/** What a command printed, both streams in the order they came. */
export interface Ran {
  readonly code: number | null;
  readonly output: string;
}

/** Runs a command to its end; what it prints is kept. Its standard input is closed. */
export async function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const { timeoutMs = 60_000, isShown = false, ...spawning } = options;
  const out = isShown ? 'inherit' : 'pipe';
  const child = start(command, args, { ...spawning, stdio: ['ignore', out, out] });
  const chunks: Buffer[] = [];
  child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => chunks.push(chunk));
  const timer = setTimeout(() => killTree(child), timeoutMs);
  const [code] = await once(child, 'close').finally(() => clearTimeout(timer));
  const output = Buffer.concat(chunks).toString();
  return { code, output: child.signalCode ? `${output}\n(killed after ${timeoutMs} ms)` : output };
}

/** As `run`, and throws with all that was printed when it did not end well. */
export async function runWell(command: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const { code, output } = await run(command, args, options);
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}:\n${output}`);
  return output;
}

/** Starts a command as the leader of a process group, so that `killTree` ends what it starts, too. */
export function start(command: string, args: readonly string[], options: SpawnOptions): ChildProcess {
  const child = spawn(command, args, { ...options, detached: true });
  const end = (): void => killTree(child);
  // A run that breaks off ends nothing by itself.
  process.once('exit', end);
  child.once('close', () => process.removeListener('exit', end));
  return child;
}

export function killTree({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // The group is gone.
  }
}
