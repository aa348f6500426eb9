import { mkdirSync, rmSync } from 'node:fs';
import { relative } from 'node:path';
import { packAll } from './pack.ts';
import { inRoot, root } from './sources.ts';

/** `npm run pack`: the packages as they are published, in `packages/*.tgz`. */
const out = inRoot('packages');
try {
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out);
  for (const { name, tarball, bytes } of await packAll(out))
    console.log(`${name}: ${relative(root, tarball)}, ${Math.round(bytes / 1024)} kB`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
