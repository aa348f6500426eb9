import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildPackage as buildClient } from '../client-sdk/build/build-package.ts';
import { buildPackage as buildCdk } from '../infra/build/build-package.ts';
import { buildServer } from './server.ts';

/** Every package that is published, by its name: how its folder is made. */
export const packages = {
  statuswire: buildServer,
  '@statuswire/client': buildClient,
  '@statuswire/cdk': buildCdk,
} as const satisfies Record<string, (out: string) => void | Promise<void>>;

export type PackageName = keyof typeof packages;

export interface Packed {
  readonly name: PackageName;
  readonly version: string;
  /** What `npm install` takes. */
  readonly tarball: string;
  /** Of the tarball. */
  readonly bytes: number;
  /** What it holds. */
  readonly files: readonly string[];
}

/**
 * Builds the packages and packs each into a tarball in `out`, in the order they are published in.
 *
 * Rejects with what a build or npm says.
 */
export async function packAll(out: string): Promise<readonly Packed[]> {
  const folder = mkdtempSync(join(tmpdir(), 'statuswire-pack-'));
  try {
    const packed: Packed[] = [];
    for (const [name, build] of Object.entries(packages) as [PackageName, (out: string) => void | Promise<void>][]) {
      const built = join(folder, name.replace(/^@statuswire\//, ''));
      await build(built);
      packed.push({ name, ...packFolder(built, out) });
    }
    return packed;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function packFolder(folder: string, out: string): Omit<Packed, 'name'> {
  const options = ['--json', '--offline', '--ignore-scripts', '--loglevel=error', `--pack-destination=${out}`];
  const { status, stdout, stderr, error } = spawnSync('npm', ['pack', folder, ...options], {
    cwd: out,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`npm pack: ${error?.message ?? stderr}`);
  const [{ filename, version, size, files }] = JSON.parse(stdout) as [
    {
      readonly filename: string;
      readonly version: string;
      readonly size: number;
      readonly files: readonly { readonly path: string }[];
    },
  ];
  return { version, tarball: join(out, filename), bytes: size, files: files.map(({ path }) => path) };
}
