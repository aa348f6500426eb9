import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { childVariable, startChild } from '../support/child.ts';
import { eventually } from '../support/eventually.ts';
import { leftovers } from '../support/leftovers.ts';
import { root } from '../support/run-tool.ts';

const folder = mkdtempSync(join(tmpdir(), 'statuswire-left-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Begins as a test does that starts the service in a process of its own, and then hangs. */
const hanging = `
import { startChild } from ${JSON.stringify(pathToFileURL(join(root, 'test/support/child.ts')).href)};
const child = startChild(process.execPath, [${JSON.stringify(join(root, 'bin/statuswire.js'))}, 'serve', '--port', '0', '--data',
  ${JSON.stringify(join(folder, 'data'))}]);
child.stdout.once('data', () => console.log(child.pid));
setInterval(() => undefined, 1_000);
`;

it.skipIf(process.platform !== 'linux')('a test that is killed by kill -9 leaves no server behind', async () => {
  const run = randomUUID();
  const file = join(folder, 'hanging.mjs');
  writeFileSync(file, hanging);
  const test = startChild(process.execPath, [file], { env: { ...process.env, [childVariable]: run } });
  const [line] = await once(test.stdout, 'data');
  // Both are found as long as they run.
  expect(
    leftovers(run)
      .map((found) => Number(found.split(' ')[0]))
      .sort(),
  ).toEqual([Number(String(line)), test.pid ?? 0].sort());
  test.kill('SIGKILL');
  await eventually(() => expect(leftovers(run)).toEqual([]));
});
