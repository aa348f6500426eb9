import { type ChildProcess, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { freePort } from '../crash/server.ts';
import { startChild } from '../support/child.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (file: string): string => readFileSync(join(root, file), 'utf8');
const dockerfile = read('deploy/Dockerfile').replaceAll('\\\n', '');
const [, image = ''] = dockerfile.split(/^FROM .*\n(?=WORKDIR \/app\nCOPY --from)/m);
const folder = mkdtempSync(join(tmpdir(), 'statuswire-image-'));
const app = join(folder, 'app');
afterAll(() => rmSync(folder, { recursive: true }));

/** The last stage's folder, as its COPY lines make it; of node_modules what `npm ci --omit=dev --omit=optional` leaves. */
beforeAll(() => {
  mkdirSync(join(app, 'node_modules'), { recursive: true });
  const { packages } = JSON.parse(read('package-lock.json')) as {
    readonly packages: Readonly<
      Record<string, { readonly dev?: true; readonly optional?: true; readonly devOptional?: true }>
    >;
  };
  for (const [path, { dev, optional, devOptional }] of Object.entries(packages)) {
    if (!/^node_modules\/(@[^/]+\/)?[^/]+$/.test(path) || dev || optional || devOptional) continue;
    mkdirSync(dirname(join(app, path)), { recursive: true });
    symlinkSync(join(root, path), join(app, path));
  }
  for (const [, files = ''] of image.matchAll(/^COPY (?!--from)(.+)$/gm)) {
    const [to = '.', ...sources] = files.split(' ').reverse();
    for (const source of sources) {
      const target = join(app, to, to.endsWith('/') ? source : '');
      const filter = (path: string): boolean => !path.includes('node_modules');
      cpSync(join(root, source), to.endsWith('/') ? target : join(app, to), { recursive: true, filter });
    }
  }
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

it('deploy/Dockerfile: what it copies, with production dependencies alone, starts, is healthy, and ends on its signal', async () => {
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
