import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { freePort } from '../../../support/free-port.ts';
import { findEmulator } from './find-emulator.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** URL of DynamoDB Local. */
    readonly dynamodb: string;
  }
}

/** Long enough for a Java start on a busy machine. */
const startMs = 60_000;

/** One DynamoDB Local for the whole run, in memory, on a free port of the loopback; ended by its own process id. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const emulator = findEmulator();
  if (emulator.type === 'absent') throw new Error(`DynamoDB Local cannot run: ${emulator.reason}`);
  const { folder } = emulator;
  const port = await freePort();
  // It writes a file into its working directory.
  const cwd = mkdtempSync(join(tmpdir(), 'statuswire-dynamodb-'));
  const java = spawn(
    'java',
    [
      '-XX:TieredStopAtLevel=1',
      '-XX:+UseSerialGC',
      `-Djava.library.path=${join(folder, 'DynamoDBLocal_lib')}`,
      ...['-jar', join(folder, 'DynamoDBLocal.jar')],
      ...['-inMemory', '-sharedDb', '-disableTelemetry', '-port', String(port)],
    ],
    { cwd, stdio: 'ignore' },
  );
  const url = `http://127.0.0.1:${port}`;
  const ended = once(java, 'exit');
  // A run that breaks off has no teardown.
  const end = (): void => void java.kill('SIGKILL');
  process.once('exit', end);
  await answers(url, ended);
  project.provide('dynamodb', url);
  return async () => {
    process.removeListener('exit', end);
    end();
    await ended;
    rmSync(cwd, { recursive: true, force: true });
  };
}

/** Until it answers anything at all; it has no other sign of being ready. */
async function answers(url: string, ended: Promise<unknown>): Promise<void> {
  const until = Date.now() + startMs;
  let over = false;
  void ended.then(() => {
    over = true;
  });
  for (;;) {
    try {
      await fetch(url);
      return;
    } catch (error) {
      if (over || Date.now() > until) throw new Error('DynamoDB Local did not start.', { cause: error });
      await new Promise((resolve) => void setTimeout(resolve, 50));
    }
  }
}
