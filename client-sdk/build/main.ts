import { fileURLToPath } from 'node:url';
import { buildPackage } from './build-package.ts';

/** `npm run build -w client-sdk`: makes client-sdk/dist, for `npm pack ./client-sdk/dist`. */
const out = fileURLToPath(new URL('../dist', import.meta.url));
try {
  buildPackage(out);
  console.log(`Built ${out}`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
