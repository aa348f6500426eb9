import { spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packAll } from './pack.ts';

/**
 * `npm run release`: packs and publishes what the registry does not have in this version yet, so that a release that broke off is
 * finished by the next run. Exits with npm's code when one cannot be published.
 */
for (const { name, tarball, version } of await packAll(mkdtempSync(join(tmpdir(), 'statuswire-release-')))) {
  const known = spawnSync('npm', ['view', `${name}@${version}`, 'version'], { encoding: 'utf8' });
  if (known.stdout.trim() === version) continue;
  const { status } = spawnSync('npm', ['publish', tarball, '--access=public', '--provenance'], { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
