import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { bundlePath, bundleResolvers } from './bundle.ts';

for (const { field, code } of await bundleResolvers()) {
  mkdirSync(dirname(bundlePath(field)), { recursive: true });
  writeFileSync(bundlePath(field), code);
  process.stdout.write(`${field}.js ${code.length} characters\n`);
}
