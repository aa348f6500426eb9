import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compile } from '../bundle/compile.ts';

/**
 * Bundles the tasks of an example: one module, an export for each.
 *
 * @param entry path from the root of the repository
 * @returns the folder it lies in, below `out`
 */
export function buildTasks(entry: string, out: string): string {
  const folder = join(out, 'tasks', entry.replaceAll('/', '-').replace(/\.ts$/, ''));
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'index.mjs'), compile(entry).code);
  return folder;
}
