import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';
import { buildPackage } from '../../client-sdk/build/build-package.ts';
import { root, runTool } from '../support/run-tool.ts';

export interface Installed {
  /** The folder that was packed. */
  readonly built: string;
  readonly tarball: string;
  /** What the tarball holds. */
  readonly files: readonly string[];
  /** A project in which nothing but the tarball was installed. */
  readonly project: string;
  /** node_modules/@statuswire/client of the project. */
  readonly client: string;
}

declare module 'vitest' {
  export interface ProvidedContext {
    readonly installed: Installed;
  }
}

/** Before all tests: builds, packs and installs once. Returns how to clean up. */
export async function setup({ provide }: TestProject): Promise<() => void> {
  const folder = mkdtempSync(join(tmpdir(), 'statuswire-package-'));
  provide('installed', await install(folder));
  return () => rmSync(folder, { recursive: true });
}

/** The client in an empty project, installed without network. */
async function install(folder: string): Promise<Installed> {
  const built = join(folder, 'built');
  const project = join(folder, 'project');
  mkdirSync(project);
  buildPackage(built);
  const npm = async (cwd: string, ...args: readonly string[]): Promise<string> => {
    const quiet = ['--offline', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
    const { code, output } = await runTool('npm', [...args, ...quiet, `--cache=${folder}/cache`], { cwd });
    if (code !== 0) throw new Error(`npm ${args[0]}: ${output}`);
    return output;
  };
  const [packed] = JSON.parse(await npm(folder, 'pack', built, '--json')) as [
    { readonly filename: string; readonly files: readonly { readonly path: string }[] },
  ];
  const tarball = join(folder, packed.filename);
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'consumer', private: true, type: 'module' }));
  await npm(project, 'install', tarball);
  lend(project, 'react', '@types/react', '@types/node', 'undici-types', 'csstype');
  cpSync(fileURLToPath(new URL('consumer', import.meta.url)), project, { recursive: true });
  return {
    built,
    tarball,
    files: packed.files.map(({ path }) => path),
    project,
    client: join(project, 'node_modules/@statuswire/client'),
  };
}

/** Lends the project packages of this repository, as if its owner had installed them too. */
function lend(project: string, ...names: readonly string[]): void {
  for (const name of names) {
    const target = join(project, 'node_modules', name);
    mkdirSync(join(target, '..'), { recursive: true });
    symlinkSync(join(root, 'node_modules', name), target);
  }
}
