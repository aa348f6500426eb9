/**
 * `npm run test:cloud`: the synthesized template, deployed by the CDK's own command line on an emulated cloud that enforces
 * roles, then the contract and the order workflow against the deployed addresses. It needs Python 3 and a package registry
 * the first time; without them it says so and ends well.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rehearse } from './rehearsal.ts';
import { findPython, installTools } from './support/python.ts';

/** For everything but the installation. It takes about three minutes of two cores that have nothing else to do. */
const limitMs = 480_000;

const began = Date.now();
const say = (line: string): void => {
  process.stdout.write(`${((Date.now() - began) / 1_000).toFixed(1).padStart(6)} s  ${line}\n`);
};

const found = findPython();
if (found.type === 'absent') {
  const line = '!'.repeat(78);
  process.stdout.write(`${line}\n!! test:cloud DID NOT RUN: ${found.reason}\n`);
  process.stdout.write(`!! Nothing was deployed on an emulated cloud. Install Python 3.10 or later.\n${line}\n`);
} else {
  say(`Python ${found.version}; the emulated cloud and the linter of templates, from the cache or installed now`);
  const tools = await installTools(found.python);
  const folder = mkdtempSync(join(tmpdir(), 'statuswire-cloud-'));
  const clear = (): void => rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  process.once('exit', clear);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(130));
  const limit = setTimeout(() => {
    say(`not done within ${limitMs / 1_000} s`);
    process.exit(1);
  }, limitMs);
  try {
    process.exitCode = (await rehearse({ tools, folder, say, filters: process.argv.slice(2) })) ? 0 : 1;
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  } finally {
    clearTimeout(limit);
  }
  say(process.exitCode === 0 ? 'all is well' : 'it FAILED');
}
