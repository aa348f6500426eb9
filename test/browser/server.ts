import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { UpdatesPage } from '../../core/contract.ts';
import { freePort } from '../support/free-port.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The real service in a process of its own, with the page; always on the same port and data. */
export interface Server {
  /** Of the order page. */
  readonly url: string;
  /** Rejects when it does not come up. */
  start(): Promise<void>;
  /** The seqs of an order's log as it is now. */
  seqsOf(id: string): Promise<readonly number[]>;
  /** `kill -9`. */
  kill(): Promise<void>;
  /** Ends it, and removes its data. */
  remove(): Promise<void>;
}

export async function createServerProcess(): Promise<Server> {
  const port = await freePort();
  const data = mkdtempSync(join(tmpdir(), 'statuswire-browser-'));
  const url = `http://127.0.0.1:${port}/examples/order-page/`;
  let child: ChildProcess | null = null;

  async function kill(): Promise<void> {
    const running = child;
    child = null;
    if (!running || running.exitCode !== null) return;
    const exit = once(running, 'exit');
    running.kill('SIGKILL');
    await exit;
  }

  return {
    url,
    kill,
    async start() {
      const args = ['bin/statuswire.js', 'serve', '--config', 'examples', '--demo', '--log-level', 'warn'];
      const started = spawn(process.execPath, [...args, '--port', String(port), '--data', data], {
        cwd: root,
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      child = started;
      await new Promise<void>((resolve, reject) => {
        let text = '';
        started.stdout.on('data', (chunk) => {
          text += chunk;
          if (text.includes('Order page:')) resolve();
        });
        started.once('exit', (code) => reject(new Error(`the service ended with ${code}:\n${text}`)));
      });
    },
    async seqsOf(id) {
      const key = readFileSync(join(data, 'api-key'), 'utf8').trim();
      const answer = await fetch(`http://127.0.0.1:${port}/status/orders/${id}/updates`, {
        headers: { authorization: `Bearer ${key}` },
      });
      return ((await answer.json()) as UpdatesPage).updates.map(({ seq }) => seq);
    },
    async remove() {
      await kill();
      rmSync(data, { recursive: true, force: true });
    },
  };
}
