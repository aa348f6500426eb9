/** `npm run test:dynamodb`: the DynamoDB adapter on DynamoDB Local, which needs Java; without it, says so and ends well. */

import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findEmulator } from './support/find-emulator.ts';

const found = findEmulator();
if (found.type === 'absent') {
  const line = '!'.repeat(78);
  process.stdout.write(`${line}\n!! test:dynamodb DID NOT RUN: ${found.reason}\n`);
  process.stdout.write(`!! Nothing was tested on DynamoDB Local. Install Java 11 or later, and npm ci.\n${line}\n`);
} else {
  const vitest = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs');
  const config = fileURLToPath(new URL('vitest.config.ts', import.meta.url));
  const run = spawnSync(process.execPath, [vitest, 'run', '--config', config, ...process.argv.slice(2)], {
    stdio: 'inherit',
  });
  process.exitCode = run.status ?? 1;
}
