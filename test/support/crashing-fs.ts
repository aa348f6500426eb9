import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const watched = [
  'closeSync',
  'fsyncSync',
  'mkdirSync',
  'openSync',
  'readFileSync',
  'renameSync',
  'rmSync',
  'statSync',
  'writeFileSync',
] as const;
type Watched = (typeof watched)[number];

export class Crash extends Error {}

/** What `work` asked of the file system, in order. */
export interface Calls {
  readonly calls: readonly string[];
  readonly crashed: boolean;
}

/**
 * Runs `work` in a process that dies at its `at`-th call of the file system: that call and all later ones throw without
 * having done anything. A write is cut in half by it, as a full buffer would be.
 *
 * @param at From 0; Infinity: it lives.
 */
export async function crashingAt(at: number, work: () => unknown): Promise<Calls> {
  const calls: string[] = [];
  const originals = Object.fromEntries(watched.map((name) => [name, fs[name]]));
  const intercept = (name: Watched) =>
    function intercepted(...args: readonly unknown[]): unknown {
      const original = originals[name] as (...given: readonly unknown[]) => unknown;
      if (calls.length > at) throw new Crash();
      calls.push(`${name} ${String(args[0])}`);
      if (calls.length <= at) return original(...args);
      if (name === 'writeFileSync') original(args[0], String(args[1]).slice(0, 10));
      throw new Crash();
    };
  for (const name of watched) Object.assign(fs, { [name]: intercept(name) });
  syncBuiltinESMExports();
  try {
    await work();
    return { calls, crashed: false };
  } catch (error) {
    if (error instanceof Crash) return { calls, crashed: true };
    throw error;
  } finally {
    Object.assign(fs, originals);
    syncBuiltinESMExports();
  }
}
