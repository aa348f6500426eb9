import { setTimeout as delay } from 'node:timers/promises';

/**
 * How long something may take before it counts as hanging, in milliseconds. It judges nothing: a machine that is ten times
 * slower than ours stays below it. One number for all of `npm test`; vitest.config.ts ends a test that hangs a little later.
 */
export const hangMs = 540_000;

const lookMs = 5;

/**
 * Looks again and again until `look` no longer throws, and resolves with what it returns: for what other processes, sockets and
 * timers bring about. There is no moment by which it must have happened. What hangs rejects with what it lacked last.
 */
export async function eventually<T>(look: () => T | Promise<T>): Promise<T> {
  for (const begun = performance.now(); ; await delay(lookMs)) {
    try {
      return await look();
    } catch (error) {
      if (performance.now() - begun > hangMs) throw error;
    }
  }
}
