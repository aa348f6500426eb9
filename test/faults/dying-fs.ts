import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { isMainThread } from 'node:worker_threads';

/**
 * Preloaded into a server (`node --import`): the process kills itself at its n-th call of the file system that concerns the
 * folder `FAULTS_FOLDER`, before the call (`FAULTS_DIE_AT`, from 0). A write is done by half before. When it lives, it tells
 * how many calls there were at its end.
 */
const folder = process.env.FAULTS_FOLDER ?? '';
const dieAt = Number(process.env.FAULTS_DIE_AT ?? Number.POSITIVE_INFINITY);
const names = ['closeSync', 'fsyncSync', 'mkdirSync', 'openSync', 'renameSync', 'rmSync', 'writeFileSync'] as const;
const descriptors = new Set<unknown>();
let calls = 0;

for (const name of names) {
  const original = fs[name] as (...args: readonly unknown[]) => unknown;
  const dying = (...args: readonly unknown[]): unknown => {
    const [first] = args;
    const concerns = typeof first === 'string' ? first.startsWith(folder) : descriptors.has(first);
    if (concerns) {
      if (calls === dieAt) {
        if (name === 'writeFileSync') original(first, String(args[1]).slice(0, 10));
        process.kill(process.pid, 'SIGKILL');
      }
      calls += 1;
    }
    const result = original(...args);
    if (concerns && name === 'openSync') descriptors.add(result);
    if (concerns && name === 'closeSync') descriptors.delete(first);
    return result;
  };
  Object.assign(fs, { [name]: dying });
}
syncBuiltinESMExports();
// Threads load it as well.
if (isMainThread) process.on('exit', () => process.stderr.write(`calls ${calls}\n`));
