import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { command } from './support/command.ts';

const folder = mkdtempSync(join(tmpdir(), 'statuswire-options-'));
const file = join(folder, 'a-file');
const none = join(folder, 'none');
beforeAll(() => writeFileSync(file, ''));
afterAll(() => rmSync(folder, { recursive: true }));

describe('serve refuses before it starts what it could not serve by: exit code 2, the option, and why', () => {
  it.each([
    ['--base-path', '/a/../b', /fold them away/],
    ['--base-path', 'a b', /is like \/statuswire/],
    ['--public-url', 'example.com', /whole URL/],
    ['--public-url', 'ftp://x', /begins with https/],
    ['--public-url', 'https://x/?a=1', /no query/],
    ['--origin', 'example.com', /whole URL/],
    ['--origin', 'https://shop.example/app', /scheme, host and port/],
    ['--config', none, /no such folder/],
    ['--config', file, /is no folder/],
    ['--config', '', /name a folder/],
    ['--data', file, /is no folder/],
    ['--port', '70000', /0 to 65535/],
    ['--webhook-allow', '10.0.0.0/99', /no address range/],
    ['--webhook-allow', 'intranet', /no address range/],
    ['--oidc', none, /ENOENT/],
    ['--oidc', file, /JSON/],
    ['--rate-limit', '-1', /whole number/],
  ])('%s %j', async (option, value, reason) => {
    const { code, stdout, stderr } = await command(['serve', '--port', '0', '--data', none, `${option}=${value}`]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    const [line = ''] = stderr.split('\n');
    expect(line).toContain(option);
    expect(line).toMatch(reason);
    expect(stderr).not.toMatch(/^ {4}at /m);
  });

  it.each([
    ['STATUSWIRE_CONFIG', none, '--config'],
    ['STATUSWIRE_DATA', file, '--data'],
    ['PORT', 'http', '--port'],
  ])('%s=%s', async (variable, value, option) => {
    const { code, stderr } = await command(['serve'], { [variable]: value });
    expect(code).toBe(2);
    expect(stderr).toContain(option);
    expect(stderr).toContain(`'${variable}'`);
  });

  it('a certificate that is not there', async () => {
    const tls = ['--tls-cert', none, '--tls-key', file];
    const { code, stderr } = await command(['serve', '--port', '0', '--data', none, ...tls]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^error: --tls-cert, --tls-key: .*ENOENT/);
  });
});

describe('check', () => {
  const workflow = (name: string, definition: object): void => {
    mkdirSync(join(folder, 'workflows', name), { recursive: true });
    writeFileSync(join(folder, 'workflows', name, `${name}.asl.json`), JSON.stringify(definition));
  };
  const config = ['check', '--config', join(folder, 'workflows')];
  const good = { StartAt: 'Pause', States: { Pause: { Type: 'Wait', Seconds: 1, End: true } } };

  it('says what would load, and is done: exit code 0', async () => {
    workflow('good', good);
    expect(await command(config)).toEqual({ code: 0, stdout: 'good: starts at Pause; tasks: none\n', stderr: '' });
  });

  it('says what would not, with file, state and reason, and has exit code 1', async () => {
    workflow('bad', { StartAt: 'Work', States: { Work: { Type: 'Task', Resource: 'arn:x', End: true } } });
    const { code, stdout, stderr } = await command(config);
    expect({ code, stdout }).toEqual({ code: 1, stdout: 'good: starts at Pause; tasks: none\n' });
    expect(stderr).toMatch(/^not loaded: .*bad\.asl\.json, state Work: /);
    const json = await command([...config, '--json']);
    const lines = json.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(json.code).toBe(1);
    expect(lines).toMatchObject([{ workflow: 'good', tasks: [] }, { state: 'Work' }]);
  });

  it('a folder without workflows is exit code 1, one that is not there 2', async () => {
    mkdirSync(join(folder, 'empty'));
    const empty = await command(['check', '--config', join(folder, 'empty')]);
    expect(empty).toMatchObject({ code: 1, stderr: expect.stringContaining('There is no workflow in') });
    expect((await command(['check', '--config', none])).code).toBe(2);
    expect((await command(['check'])).stderr).toContain("required option '--config <folder>'");
  });
});
