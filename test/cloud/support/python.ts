import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runWell } from './processes.ts';

/** The emulated cloud, and the linter of templates: programs in Python, pinned here because no lockfile of ours has them. */
const requirements: readonly string[] = ['ministack==1.5.33', 'cfn-lint==1.58.0'];

/** Never committed, and gone with `node_modules`. */
const cache = fileURLToPath(new URL('../../../node_modules/.cache/statuswire-cloud', import.meta.url));

export type FoundPython =
  | { readonly type: 'found'; readonly python: string; readonly version: string }
  | { readonly type: 'absent'; readonly reason: string };

/** A Python 3.10 or later (cfn-lint and the emulator want it) that can make virtual environments. */
export function findPython(): FoundPython {
  const check = 'import sys, venv, ensurepip; print(sys.version.split()[0]); sys.exit(sys.version_info < (3, 10))';
  for (const python of ['python3', 'python']) {
    const { status, stdout } = spawnSync(python, ['-c', check], { encoding: 'utf8' });
    if (status === 0) return { type: 'found', python, version: stdout.trim() };
  }
  return { type: 'absent', reason: 'there is no Python 3.10 or later with the module venv.' };
}

/** Where the programs are. */
export interface Tools {
  readonly ministack: string;
  readonly cfnLint: string;
}

/** Installs the programs, unless they are there as pinned: about a minute the first time. */
export async function installTools(python: string): Promise<Tools> {
  const venv = join(cache, 'venv');
  const bin = join(venv, process.platform === 'win32' ? 'Scripts' : 'bin');
  const mark = join(cache, 'installed.txt');
  const wanted = requirements.join('\n');
  if (!existsSync(mark) || readFileSync(mark, 'utf8') !== wanted || !existsSync(bin)) {
    rmSync(cache, { recursive: true, force: true });
    mkdirSync(cache, { recursive: true });
    await runWell(python, ['-m', 'venv', venv]);
    const quiet = ['--quiet', '--no-input', '--disable-pip-version-check'];
    await runWell(join(bin, 'python'), ['-m', 'pip', 'install', ...quiet, ...requirements], { timeoutMs: 240_000 });
    writeFileSync(mark, wanted);
  }
  return { ministack: join(bin, 'ministack'), cfnLint: join(bin, 'cfn-lint') };
}
