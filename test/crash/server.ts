import type { ChildProcess } from 'node:child_process';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { startChild } from '../support/child.ts';
import { hangMs } from '../support/eventually.ts';

const bin = fileURLToPath(new URL('../../bin/statuswire.js', import.meta.url));
const examples = fileURLToPath(new URL('../../examples', import.meta.url));

export interface CrashableServer {
  readonly url: string;
  readonly pid: () => number | undefined;
  /** `kill -9`; resolves when the process is gone. */
  kill(): Promise<void>;
  /** Starts it (again) on the same port and data; resolves when it listens. */
  start(): Promise<void>;
  /** Ctrl-C; resolves with the exit code. */
  stop(): Promise<number | null>;
}

export interface CrashableServerOptions {
  readonly dataFolder: string;
  readonly apiKey: string;
  readonly timeScale: number;
  /** Further arguments of `serve`. */
  readonly args?: readonly string[];
  /** Comes before the command and gives its place to it. @default nothing */
  readonly launcher?: readonly string[];
  /** Further environment, asked at each start. */
  readonly env?: () => Readonly<Record<string, string>>;
}

/** The real command line in a process of its own, which can be killed. */
export async function crashableServer(options: CrashableServerOptions): Promise<CrashableServer> {
  const port = await freePort();
  let child: ChildProcess | null = null;
  let errors = '';

  const exited = (process: ChildProcess): Promise<number | null> =>
    process.exitCode !== null || process.signalCode !== null
      ? Promise.resolve(process.exitCode)
      : new Promise((resolve) => process.once('exit', (code) => resolve(code)));

  async function start(): Promise<void> {
    const args = ['serve', '--config', examples, '--data', options.dataFolder, '--port', String(port)];
    const [program = process.execPath, ...before] = [...(options.launcher ?? []), process.execPath];
    const running = startChild(
      program,
      [
        ...before,
        bin,
        ...args,
        '--time-scale',
        String(options.timeScale),
        '--webhook-allow',
        '127.0.0.1/32',
        '--log-level',
        'error',
        ...(options.args ?? []),
      ],
      {
        env: { ...process.env, STATUSWIRE_API_KEY: options.apiKey, ...options.env?.() },
      },
    );
    child = running;
    running.stderr.on('data', (chunk: Buffer) => {
      errors = (errors + chunk.toString()).slice(-10_000);
    });
    let slow: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve, reject) => {
      running.once('exit', (code) => reject(new Error(`the server ended with ${code}: ${errors}`)));
      slow = setTimeout(() => reject(new Error(`the server does not listen: ${errors}`)), hangMs);
      running.stdout.on('data', (chunk: Buffer) => {
        if (chunk.toString().includes('listens on')) resolve();
      });
    }).finally(() => clearTimeout(slow));
  }

  async function end(signal: 'SIGKILL' | 'SIGINT'): Promise<number | null> {
    const running = child;
    child = null;
    if (!running) return null;
    running.kill(signal);
    return exited(running);
  }

  return {
    url: `http://127.0.0.1:${port}`,
    pid: () => child?.pid,
    start,
    kill: async () => void (await end('SIGKILL')),
    stop: () => end('SIGINT'),
  };
}

/** A port of 127.0.0.1 that nobody holds now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() =>
        typeof address === 'object' && address ? resolve(address.port) : reject(new Error('no port')),
      );
    });
  });
}
