import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { startService } from '../../embedded/service/service.ts';
import { createTally, type FaultOptions, messageOf, type Outcome } from './report.ts';

const bin = fileURLToPath(new URL('../../bin/statuswire.js', import.meta.url));
const preload = new URL('./dying-fs.ts', import.meta.url).href;
/** Kills at moments of the clock, for what SQLite itself does with its files. */
const timedKills = 12;
const secrets = ['api-key', 'token-secret'];

interface FirstStart {
  readonly end: 'killed' | 'lived';
  readonly calls: number;
  readonly tookMs: number;
}

/** The real command in an empty folder; killed at the `dieAt`-th call, or after `killAfterMs`, or stopped when it listens. */
async function firstStart(folder: string, dieAt: number, killAfterMs?: number): Promise<FirstStart> {
  const env: NodeJS.ProcessEnv = { ...process.env, FAULTS_FOLDER: folder, FAULTS_DIE_AT: String(dieAt) };
  delete env.STATUSWIRE_API_KEY;
  const begun = performance.now();
  const args = [
    '--import',
    preload,
    bin,
    'serve',
    '--data',
    join(folder, 'data'),
    '--port',
    '0',
    '--log-level',
    'error',
  ];
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  let tookMs = 0;
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk;
  });
  child.stdout.on('data', (chunk: Buffer) => {
    if (!String(chunk).includes('listens on')) return;
    tookMs = performance.now() - begun;
    child.kill(killAfterMs === undefined ? 'SIGINT' : 'SIGKILL');
  });
  const killing = killAfterMs === undefined ? null : setTimeout(() => child.kill('SIGKILL'), killAfterMs);
  const [code, signal] = await once(child, 'exit');
  if (killing) clearTimeout(killing);
  if (signal === 'SIGKILL') return { end: 'killed', calls: 0, tookMs };
  if (code !== 0) throw new Error(`a first start ended with ${code}: ${said}`);
  return { end: 'lived', calls: Number(/calls (\d+)/.exec(said)?.[1]), tookMs };
}

/** Kills first starts at each of their calls and at seeded moments; the next start must find all whole or absent. */
export async function firstStarts({ random, print }: FaultOptions): Promise<Outcome> {
  const tally = createTally();
  const inFolder = async (what: string, dieAt: number, killAfterMs?: number): Promise<FirstStart> => {
    const folder = mkdtempSync(join(tmpdir(), 'statuswire-first-'));
    try {
      const start = await firstStart(folder, dieAt, killAfterMs);
      tally.count(start.end);
      const kept = secrets.map((name) => textOf(join(folder, 'data', name)));
      const wrong = await nextStart(join(folder, 'data'), kept);
      if (wrong !== null) tally.fail(`${what}: ${wrong}`);
      return start;
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  };
  const { calls, tookMs } = await inFolder('no kill', Number.POSITIVE_INFINITY);
  if (!(calls > 10)) tally.fail(`a first start made ${calls} calls: nothing is tried`);
  print(`first start: ${calls} calls, ${Math.round(tookMs)} ms; killed at each, and ${timedKills} times in between`);
  for (let at = 0; at < calls; at += 1) await inFolder(`killed at call ${at}`, at);
  for (let n = 0; n < timedKills; n += 1) {
    const after = Math.round(random() * tookMs * 1.1);
    await inFolder(`killed after ${after} ms`, Number.POSITIVE_INFINITY, after);
  }
  return tally.outcome();
}

const textOf = (file: string): string | null => (existsSync(file) ? readFileSync(file, 'utf8') : null);

/** What is wrong with the start after it; null: nothing. */
async function nextStart(dataFolder: string, kept: readonly (string | null)[]): Promise<string | null> {
  // The killed process's sockets are let go by the kernel a moment after it.
  for (let tries = 0; ; tries += 1) {
    try {
      const service = await startService({ dataFolder, port: 0, logger: pino({ level: 'silent' }) });
      const headers = { authorization: `Bearer ${service.apiKey}` };
      const { status } = await fetch(`${service.url}/executions`, { headers });
      await service.stop();
      const now = secrets.map((name) => textOf(join(dataFolder, name)));
      const changed = secrets.filter((_, index) => kept[index] !== null && kept[index] !== now[index]);
      if (changed.length > 0) return `${changed.join(', ')} was there and is another one now`;
      return status === 200 ? null : `the first key gets ${status}`;
    } catch (error) {
      if (tries === 50 || !messageOf(error).includes('in use')) return `the next start fails: ${messageOf(error)}`;
      await delay(100);
    }
  }
}
