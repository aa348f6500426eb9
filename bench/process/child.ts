import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Answer } from './calls.ts';

/** A process of the benchmark's own, and its functions. */
export interface Child {
  /** Calls one of them. Rejects when it throws, and when the process ends first. */
  readonly call: <T = void>(name: string, ...args: readonly unknown[]) => Promise<T>;
  /** Ends it, by its own id. */
  readonly end: () => Promise<void>;
}

interface Waiting {
  readonly resolve: (value: never) => void;
  readonly reject: (error: Error) => void;
}

/** Starts a module that ends in `serveCalls`. `file` is relative to bench/. */
export function startChild(file: string, args: readonly string[] = []): Child {
  const path = fileURLToPath(new URL(`../${file}`, import.meta.url));
  // STATUSWIRE_BENCH_ARGS lets a profiler into the children, e.g. --cpu-prof.
  const execArgv = process.env.STATUSWIRE_BENCH_ARGS?.split(' ') ?? [];
  const child = fork(path, [...args], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], execArgv });
  const waiting = new Map<number, Waiting>();
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  let calls = 0;

  child.on('message', (answer: Answer) => {
    const call = waiting.get(answer.id);
    waiting.delete(answer.id);
    if ('error' in answer) call?.reject(new Error(`${file}: ${answer.error}`));
    else call?.resolve(answer.value as never);
  });
  child.once('exit', () => {
    for (const { reject } of waiting.values()) reject(new Error(`${file} ended`));
    waiting.clear();
  });

  return {
    call: (name, ...args) =>
      new Promise((resolve, reject) => {
        calls += 1;
        waiting.set(calls, { resolve, reject });
        child.send({ id: calls, name, args });
      }),
    async end() {
      // It ends itself then, which lets a profiler write its file; one that does not is killed.
      if (child.connected) child.disconnect();
      const late = setTimeout(() => child.kill('SIGKILL'), 2_000);
      await gone;
      clearTimeout(late);
    },
  };
}

/** Ends them all. */
export async function endAll(children: readonly Child[]): Promise<void> {
  await Promise.all(children.map((child) => child.end()));
}
