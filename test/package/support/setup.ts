import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';
import { type PackageName, type Packed, packAll } from '../../../packaging/pack.ts';
import { root, runTool } from '../../support/run-tool.ts';
import { oldestNode } from './nodes.ts';
import { lendingRegistry } from './registry.ts';

/** A project in which nothing but one of the packages was installed. */
export interface Installed extends Packed {
  readonly project: string;
  /** The package in the project's node_modules. */
  readonly folder: string;
}

declare module 'vitest' {
  export interface ProvidedContext {
    readonly installed: Readonly<Record<PackageName, Installed>>;
    /** Where the service was installed with `npm install --global --prefix`. */
    readonly globalPrefix: string;
    /** Node's programs that the service is tried on: this one, and the oldest. */
    readonly nodes: readonly string[];
  }
}

/** Before all tests: packs once, as `npm run pack` does, and installs. Returns how to clean up. */
export async function setup({ provide }: TestProject): Promise<() => void> {
  const folder = mkdtempSync(join(tmpdir(), 'statuswire-package-'));
  const [packed, oldest] = await Promise.all([packAll(folder), oldestNode()]);
  provide('nodes', [process.execPath, ...(oldest === null ? [] : [oldest])]);
  const registry = await lendingRegistry(packed.map(({ tarball }) => tarball));
  const npm = async (cwd: string, ...args: readonly string[]): Promise<void> => {
    const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', `--registry=${registry.url}`];
    const { code, output } = await runTool('npm', ['install', ...args, ...quiet, `--cache=${folder}/cache`], { cwd });
    if (code !== 0) throw new Error(`npm install ${args.join(' ')}: ${output}`);
  };
  /** An empty project, and the package in it. */
  const install = async (name: PackageName): Promise<Installed> => {
    const found = packed.find((each) => each.name === name);
    if (!found) throw new Error(`${name} was not packed`);
    const project = join(folder, name.replace('/', '-'));
    mkdirSync(project);
    writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'consumer', private: true, type: 'module' }));
    // What is a peer of the CDK's package is lent below: it is large, and nothing is to be seen in its installation.
    await npm(project, found.tarball, '--legacy-peer-deps');
    return { ...found, project, folder: join(project, 'node_modules', name) };
  };
  try {
    const service = await install('statuswire');
    const client = await install('@statuswire/client');
    const cdk = await install('@statuswire/cdk');
    const globalPrefix = join(folder, 'global');
    await npm(folder, '--global', `--prefix=${globalPrefix}`, service.tarball);
    lend(client.project, 'react', '@types/react', '@types/node', 'undici-types', 'csstype');
    cpSync(fileURLToPath(new URL('../consumer', import.meta.url)), client.project, { recursive: true });
    lend(cdk.project, 'aws-cdk-lib', 'constructs');
    cpSync(fileURLToPath(new URL('../service', import.meta.url)), join(service.project, 'workflows'), {
      recursive: true,
    });
    provide('installed', { statuswire: service, '@statuswire/client': client, '@statuswire/cdk': cdk });
    provide('globalPrefix', globalPrefix);
  } finally {
    await registry.close();
  }
  return () => rmSync(folder, { recursive: true });
}

/** Lends the project packages of this repository, as if its owner had installed them too. */
function lend(project: string, ...names: readonly string[]): void {
  for (const name of names) {
    const target = join(project, 'node_modules', name);
    mkdirSync(join(target, '..'), { recursive: true });
    symlinkSync(join(root, 'node_modules', name), target);
  }
}
