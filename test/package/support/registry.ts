import { execFileSync, spawn } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { root } from '../../support/run-tool.ts';

interface Manifest {
  readonly name: string;
  readonly version: string;
}

export interface Registry {
  /** For npm's `--registry`. */
  readonly url: string;
  close(): Promise<void>;
}

/** Every package that the repository has installed, also of a second version below another: name → version → folder. */
function installedPackages(): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const found = new Map<string, Map<string, string>>();
  for (const modules of ['node_modules', ...globSync('node_modules/{*,@*/*}/node_modules', { cwd: root })]) {
    for (const file of globSync(`${modules}/{*,@*/*}/package.json`, { cwd: root })) {
      const { name, version }: Partial<Manifest> = JSON.parse(readFileSync(join(root, file), 'utf8'));
      if (name === undefined || version === undefined) continue;
      found.set(name, (found.get(name) ?? new Map()).set(version, join(root, dirname(file))));
    }
  }
  return found;
}

/**
 * A registry of npm's on the loopback address that lends what the repository has installed, so that `npm install` runs as it
 * does anywhere, without a network.
 *
 * @param tarballs packages that it has beside those, each with its file
 */
export async function lendingRegistry(tarballs: readonly string[]): Promise<Registry> {
  const lent = installedPackages();
  const own = new Map(tarballs.map((file) => [basename(file), file]));
  const ownManifests = tarballs.map((file) => ({ file, manifest: manifestIn(file) }));
  let url = '';

  function packument(name: string): object | null {
    const folders = [...(lent.get(name) ?? [])].map(([version, folder]) => ({
      manifest: JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')),
      tarball: `${url}/-/lent/${encodeURIComponent(name)}/${version}.tgz`,
    }));
    const packed = ownManifests
      .filter(({ manifest }) => manifest.name === name)
      .map(({ manifest, file }) => ({ manifest, tarball: `${url}/-/own/${basename(file)}` }));
    // The repository's own are links in node_modules to their sources, which nobody may install.
    const all = packed.length > 0 ? packed : folders;
    if (all.length === 0) return null;
    const versions = Object.fromEntries(
      // Scripts have run where it was installed.
      all.map(({ manifest: { scripts: _, ...rest }, tarball }) => [rest.version, { ...rest, dist: { tarball } }]),
    );
    return { name, versions, 'dist-tags': { latest: Object.keys(versions).at(-1) } };
  }

  const server = createServer((request, response) => {
    const path = decodeURIComponent((request.url ?? '').slice(1));
    const [, kind, file = ''] = /^-\/(own|lent)\/(.+)$/.exec(path) ?? [];
    const [, name = '', version = ''] = /^(.+)\/([^/]+)\.tgz$/.exec(file) ?? [];
    const folder = lent.get(name)?.get(version);
    if (kind === 'lent' && folder !== undefined) {
      pack(folder, response);
      return;
    }
    const tarball = own.get(file);
    const found = kind === undefined ? packument(path) : null;
    if (tarball !== undefined) response.end(readFileSync(tarball));
    else if (found !== null) response.end(JSON.stringify(found));
    else response.writeHead(404).end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const manifestIn = (tarball: string): Manifest =>
  JSON.parse(execFileSync('tar', ['-xzOf', tarball, 'package/package.json'], { encoding: 'utf8' }));

/** As `npm pack` makes it, but with the dependencies of its own that npm would lay there again. */
function pack(folder: string, response: ServerResponse): void {
  const args = ['-cz', '--exclude=./node_modules', '--transform=s,^\\.,package,', '-C', folder, '.'];
  const tar = spawn('tar', args, { stdio: ['ignore', 'pipe', 'ignore'] });
  response.writeHead(200);
  tar.stdout.pipe(response);
}
