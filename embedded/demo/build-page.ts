import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

interface BuildOptions {
  /** The page, with its `index.html` and `vite.config.ts`. Built pages go to `dist` in it. */
  readonly folder: string;
  /** Files and folders it is made of, itself included. */
  readonly sources: readonly string[];
}

/**
 * The folder with the built page; built now, in a process of its own, when there is none of exactly these sources. Any number
 * of processes may ask at the same time. Rejects with what Vite says.
 */
export async function buildPage({ folder, sources }: BuildOptions): Promise<string> {
  const built = join(folder, 'dist');
  const target = join(built, await fingerprint(sources));
  if (existsSync(join(target, 'index.html'))) return target;
  const partial = `${target}.${process.pid}`;
  const vite = join(dirname(createRequire(import.meta.url).resolve('vite/package.json')), 'bin/vite.js');
  try {
    await promisify(execFile)(process.execPath, [vite, 'build', folder, '--outDir', partial, '--logLevel', 'error'], {
      env: { ...process.env, NODE_ENV: 'production' },
    });
    await rename(partial, target);
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    // Another process was faster, with the same outcome.
    if (!existsSync(join(target, 'index.html'))) throw error;
  }
  await removeOthers(built, target);
  return target;
}

/** What was built of former sources. What is being built by others carries a process id, and stays. */
async function removeOthers(built: string, target: string): Promise<void> {
  for (const name of await readdir(built)) {
    const path = join(built, name);
    if (path !== target && !name.includes('.')) await rm(path, { recursive: true, force: true });
  }
}

/** Equal for equal names and contents, whatever the times of the files are: a checkout gives all of them new ones. */
async function fingerprint(sources: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  async function add(path: string, name: string): Promise<void> {
    const entries = await readdir(path, { withFileTypes: true }).catch(() => null);
    if (entries === null) {
      hash.update(`${name}\0`).update(await readFile(path));
      return;
    }
    const inside = entries.map((entry) => entry.name).filter((entry) => entry !== 'dist' && entry !== 'node_modules');
    for (const entry of inside.sort()) await add(join(path, entry), `${name}/${entry}`);
  }
  for (const [index, source] of sources.entries()) await add(source, String(index));
  return hash.digest('hex').slice(0, 16);
}
