import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServiceKit, serviceKit } from '../../support/service-kit.ts';
import { command } from './support/command.ts';

/** A port that was free a moment ago: nobody listens there. */
async function closedUrl(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}`;
}

describe('help and wrong usage', () => {
  it('--version is the package’s, --help names every command and the exit codes', async () => {
    const version = await command(['--version']);
    const help = await command(['--help']);
    expect(version).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
    expect(help.code).toBe(0);
    for (const name of ['serve', 'start', 'status', 'watch', 'redrive', 'forget', 'dead-letters', 'keys']) {
      expect(help.stdout).toMatch(new RegExp(`^ {2}${name}\\b`, 'm'));
    }
    expect(help.stdout).toContain('Exit codes: 0 done, 1 failed, 2 wrong usage.');
  });

  it.each([
    ['no command', [], 'Usage:'],
    ['an unknown command', ['frobnicate'], "unknown command 'frobnicate'"],
    ['a missing argument', ['redrive', 'orders'], "missing required argument 'id'"],
    ['an unknown option', ['status', 'orders', 'a', '--colour'], "unknown option '--colour'"],
    ['a key without scopes', ['keys', 'create'], "required option '--scope <scope>'"],
    ['a scope nobody knows', ['keys', 'create', '--scope', 'root'], 'A scope is one of read, start'],
    ['an unknown command of dead-letters', ['dead-letters', 'frobnicate'], 'too many arguments'],
  ])('%s is exit code 2, and says so on standard error', async (_, args, message) => {
    const { code, stdout, stderr } = await command(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
  });
});

describe('what keeps a command from its service', () => {
  let kit: ServiceKit;
  beforeAll(async () => {
    kit = await serviceKit();
  });
  afterAll(() => kit.stop());

  it.each([
    ['watch', 'orders', 'o-1'],
    ['keys', 'list'],
  ])('a service that is down: %s %s', async (...args) => {
    const { code, stdout, stderr } = await command([...args, '--url', await closedUrl(), '--key', 'sw_k_x']);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^statuswire: .*ECONNREFUSED.*\n$/);
  });

  it.each([
    ['start', 'orders'],
    ['watch', 'orders', 'o-1'],
    ['redrive', 'orders', 'o-1'],
  ])('a wrong key: %s %s', async (...args) => {
    const key = `sw_wrong_${'x'.repeat(40)}`;
    const { code, stdout, stderr } = await command([...args, '--url', kit.service.url, '--key', key]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^statuswire: .*401.*\n$/);
  });

  it('a key without the scope: which one is needed', async () => {
    const made = await kit.call('/keys', { body: { scopes: ['read'] } });
    const { code, stderr } = await command(['keys', 'list', '--url', kit.service.url, '--key', made.body.key]);
    expect(code).toBe(1);
    expect(stderr).toContain('403');
    expect(stderr).toContain('"admin"');
  });

  it('no key at all: where one may come from', async () => {
    const { code, stderr } = await command(['keys', 'list', '--url', kit.service.url]);
    expect(code).toBe(1);
    expect(stderr).toContain('give --key, set STATUSWIRE_API_KEY');
  });

  it('an answer that is not Statuswire’s', async () => {
    const proxy = createServer((_, response) => void response.writeHead(502).end('<html>'));
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    const { code, stderr } = await command(['keys', 'list', '--url', url, '--key', 'sw_k_x']);
    proxy.close();
    expect(code).toBe(1);
    expect(stderr).toContain('answered 502, but not as Statuswire does');
  });
});
