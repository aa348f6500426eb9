import { fileURLToPath } from 'node:url';
import { assetsFolder, buildAssets } from './assets.ts';
import { buildPackage } from './build-package.ts';

/**
 * `npm run build -w infra`: what the constructs deploy, for use from the sources. `npm run build:package -w infra`: makes
 * infra/dist, for `npm pack ./infra/dist`.
 */
if (process.argv.includes('--package')) await buildPackage(fileURLToPath(new URL('../dist', import.meta.url)));
else await buildAssets(assetsFolder);
