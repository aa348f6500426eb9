import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, inject, it } from 'vitest';
import { runTool } from '../support/run-tool.ts';
import { oldest } from './support/nodes.ts';
import { serving } from './support/serving.ts';

const { project, folder: installed } = inject('installed').statuswire;
const globalPrefix = inject('globalPrefix');
const bin = join(project, 'node_modules/.bin/statuswire');
const data = mkdtempSync(join(tmpdir(), 'statuswire-service-'));
afterAll(() => rmSync(data, { recursive: true }));

const nodes = await Promise.all(
  inject('nodes').map(async (node) => [(await runTool(node, ['--version'])).output.trim(), node] as const),
);

const dataOf = (name: string): readonly string[] => ['--data', join(data, name)];
const quiet = ['--port', '0', '--log-level', 'error'];

describe.each(nodes)('the service on Node %s', (version, node) => {
  it('runs a TypeScript workflow, which `watch` follows to its end', async () => {
    const own = dataOf(`workflow-${version}`);
    const service = await serving(node, [bin, 'serve', '--config', 'workflows', ...quiet, ...own], project);
    try {
      await service.until(/^Workflows: orders$/m);
      const client = [...own, '--url', service.url];
      const start = ['start', 'orders', '--id', 'o-1', '--input', '{"items":2}', ...client];
      expect(await runTool(node, [bin, ...start], { cwd: project })).toMatchObject({ code: 0 });
      const watched = await runTool(node, [bin, 'watch', 'orders', 'o-1', '--json', ...client], { cwd: project });
      expect(watched.code, watched.output).toBe(0);
      const updates = watched.output
        .split('\n')
        .filter((line) => line.startsWith('{'))
        .map((line) => JSON.parse(line));
      expect(updates.map(({ seq }) => seq)).toEqual(updates.map((_, index) => index + 1));
      expect(updates.at(-1)).toMatchObject({ status: 'SUCCEEDED', output: { total: 42, parcel: 'o-1' } });
      expect(updates).toContainEqual(
        expect.objectContaining({ progress: { percent: 50, message: 'Charging, try 1' } }),
      );
    } finally {
      expect(await service.stop()).toBe(0);
    }
  });

  it('names the file and the fix for tasks.ts that cannot be loaded, and serves the rest', async () => {
    const tasks = join(project, 'workflows/broken/tasks.ts');
    writeFileSync(tasks, "\nexport enum Carrier { Post }\nexport const Charge = () => 'x';\n");
    const own = dataOf(`broken-${version}`);
    const service = await serving(node, [bin, 'serve', '--config', 'workflows', ...quiet, ...own], project);
    try {
      const [, reason = ''] = await service.until(/^not loaded: (.*)$/m);
      expect(reason).toContain(`${tasks}: cannot be imported: line 2: TypeScript enum is not supported`);
      expect(reason).toContain('a const object');
      await service.until(/^Workflows: orders$/m);
    } finally {
      await service.stop();
      rmSync(tasks);
    }
  });

  it('shows the demo from the packaged examples: three equal sequences, and the page that was built before', async () => {
    const service = await serving(node, [bin, 'serve', '--demo', ...quiet, ...dataOf(`demo-${version}`)], project);
    try {
      await service.until(/The three sequences are equal: \d+ updates each/);
      const [, address = ''] = await service.until(/^Order page: (\S+)$/m);
      const page = await (await fetch(address)).text();
      const assets = [...page.matchAll(/(?:src|href)="(\.\/[^"]+)"/g)].map(([, path = '']) => path);
      expect(assets.length).toBeGreaterThan(1);
      for (const asset of assets) expect((await fetch(new URL(asset, address))).status, asset).toBe(200);
      expect(service.output()).not.toMatch(/"level":50|ended again|make the checkpoints again/);
    } finally {
      expect(await service.stop()).toBe(0);
    }
  });

  it('backs up and examines its database', async () => {
    const own = dataOf(`workflow-${version}`);
    const copy = join(data, `copy-${version}`);
    const backup = await runTool(node, [bin, 'backup', copy, ...own], { cwd: project });
    expect(backup.code, backup.output).toBe(0);
    const doctor = await runTool(node, [bin, 'doctor', '--data', copy], { cwd: project });
    expect(doctor.code, doctor.output).toBe(0);
  });
});

describe('the command line', () => {
  it('is there for npx, and says the version of the package', async () => {
    const { version } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
    const ran = await runTool('npx', ['--no-install', 'statuswire', '--version'], { cwd: project });
    // npx runs it by the Node that runs npx, which may be an older one: then that is what it says.
    if (ran.code === 0) expect(ran.output.trim()).toBe(version);
    else expect(ran.output).toContain('Statuswire needs Node 22.18 or later; this is v');
    expect(await runTool(process.execPath, [bin, '--version'])).toEqual({ code: 0, output: `${version}\n` });
  });

  it('makes types of a definition', async () => {
    const definition = join(project, 'workflows/orders/orders.asl.json');
    const { code, output } = await runTool(process.execPath, [bin, 'types', definition], { cwd: project });
    expect(code, output).toBe(0);
    expect(output).toContain("readonly Charge: 'Ship';");
  });

  it('is there after a global installation, and serves', async () => {
    const command = join(globalPrefix, process.platform === 'win32' ? 'statuswire.cmd' : 'bin/statuswire');
    const service = await serving(process.execPath, [command, 'serve', ...quiet, ...dataOf('global')], data);
    try {
      expect((await fetch(`${service.url}/healthz`)).status).toBe(200);
    } finally {
      expect(await service.stop()).toBe(0);
    }
  });

  it('says to an older Node what it needs', async () => {
    const file = join(data, 'old.mjs');
    const url = JSON.stringify(join(installed, 'bin/require-node.js'));
    writeFileSync(
      file,
      `Object.defineProperty(process.versions, 'node', { value: '22.17.1' });\nawait import(${url});\n`,
    );
    const { code, output } = await runTool(process.execPath, [file]);
    expect(code).toBe(1);
    expect(output).toContain('Statuswire needs Node 22.18 or later');
    expect(oldest).toMatch(/^22\.18\./);
  });
});
