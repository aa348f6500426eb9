import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startChild } from '../../support/child.ts';
import { root } from '../../support/run-tool.ts';
import { type ServiceKit, serviceKit } from '../../support/service-kit.ts';
import { commandProcess } from './support/process.ts';

// What only a process of its own can show: exit codes, both streams through pipes, and that it ends, by itself or by a signal.
// How `serve` stops is in test/whole/stop.test.ts.

let kit: ServiceKit;
beforeAll(async () => {
  kit = await serviceKit();
});
afterAll(() => kit.stop());

const run = (...args: readonly string[]) =>
  commandProcess(args, { STATUSWIRE_URL: kit.service.url, STATUSWIRE_API_KEY: kit.service.apiKey });

it('a command that is done is exit code 0 with its answer alone on standard output', async () => {
  expect(await run('start', 'orders', '--id', 'p-1')).toEqual({ code: 0, stdout: 'p-1\n', stderr: '' });
});

it('watch ends by itself at the end, sockets and timers closed; exit code 0 or 1 by how it ended', async () => {
  const declined = { id: 'p-3', input: { payment: 'declined' } };
  for (const body of [{ id: 'p-2', input: {} }, declined]) await kit.call('/executions/orders', { body });
  const [good, bad] = await Promise.all([run('watch', 'orders', 'p-2'), run('watch', 'orders', 'p-3')]);
  expect(good).toMatchObject({ code: 0, stdout: expect.stringContaining('SUCCEEDED'), stderr: '' });
  expect(bad).toMatchObject({ code: 1, stdout: expect.stringContaining('FAILED'), stderr: '' });
});

it('what fails is exit code 1, wrong usage 2, each with a sentence on standard error', async () => {
  const [absent, wrong] = await Promise.all([run('status', 'orders', 'absent'), run('frobnicate')]);
  expect(absent).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(/^statuswire: .*404.*\n$/) });
  expect(wrong).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining("unknown command 'frobnicate'") });
});

it('--help is exit code 0 on standard output, without a service', async () => {
  expect(await commandProcess(['--help'])).toMatchObject({
    ...{ code: 0, stdout: expect.stringContaining('Exit codes: 0 done, 1 failed, 2 wrong usage.'), stderr: '' },
  });
});

it('types --watch ends by SIGINT with exit code 0', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'statuswire-types-'));
  const out = join(folder, 'workflows.ts');
  const args = ['types', join(root, 'examples/orders/orders.asl.json'), '--out', out, '--watch'];
  const ended = await commandProcess(args, {}, (_, kill) => kill('SIGINT'));
  expect(ended).toEqual({ code: 0, stdout: `Wrote ${out}.\n`, stderr: '' });
  rmSync(folder, { recursive: true });
});

it('a service whose output nobody reads any more goes on', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'statuswire-pipe-'));
  const args = ['serve', '--port', '0', '--data', folder, '--log-level', 'debug'];
  const child = startChild(process.execPath, [join(root, 'bin/statuswire.js'), ...args]);
  const ended = once(child, 'exit');
  const url = await new Promise<string>((resolve) => {
    let said = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => {
        said += chunk;
        const [found] = /http:\/\/127\.0\.0\.1:\d+/.exec(said) ?? [];
        if (found) resolve(found);
      });
  });
  for (const stream of [child.stdout, child.stderr]) stream.destroy();
  // Each is a line that cannot be written.
  for (const probe of ['healthz', 'healthz', 'readyz']) expect((await fetch(`${url}/${probe}`)).status).toBe(200);
  child.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);
  rmSync(folder, { recursive: true });
});
