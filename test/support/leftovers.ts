import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { childVariable, runVariable } from './child.ts';

/** Processes that this run of the tests started and that still run, as `pid command`. None on systems without /proc. */
export function leftovers(run: string): readonly string[] {
  const marked = `${childVariable}=${run}`;
  return pids().flatMap((pid) => {
    const marks = read(`/proc/${pid}/environ`).split('\0').includes(marked);
    const [state = 'Z'] = /(?<=\) )\w/.exec(read(`/proc/${pid}/stat`)) ?? [];
    const isOver = state === 'Z' || Number(pid) === process.pid;
    return marks && !isOver ? [`${pid} ${read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim()}`] : [];
  });
}

function pids(): readonly string[] {
  try {
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
}

/** '' for a process that has ended meanwhile, or is another user's. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/** vitest's global set-up: names this run, so that what it starts is known. */
export function setup(): void {
  process.env[runVariable] = randomUUID();
}

/** After all tests nothing that they started runs on; a process whose parent has just ended gets a moment to notice. */
export async function teardown(): Promise<void> {
  const run = process.env[runVariable] ?? '';
  for (let looks = 300; leftovers(run).length > 0; looks--) {
    if (looks === 0) throw new Error(`left running by the tests: ${leftovers(run).join('; ')}`);
    await delay(100);
  }
}
