import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildPackage } from '../../infra/build/build-package.ts';
import { lambdas } from '../../infra/bundle/lambdas.ts';
import { bin, root, runTool } from '../support/run-tool.ts';

const folder = mkdtempSync(join(tmpdir(), 'statuswire-cdk-package-'));
const project = join(folder, 'project');
const installed = join(project, 'node_modules/@statuswire/cdk');
const arn = 'arn:aws:states:eu-west-1:111122223333:stateMachine:orders';

/** What somebody writes who has the package. */
const app = `
import { App, Stack } from 'aws-cdk-lib';
import { StatusNotifications } from '@statuswire/cdk';
const app = new App({ outdir: 'cdk.out' });
const status = new StatusNotifications(new Stack(app, 'Mine'), 'Status', { workflows: { orders: { stateMachine: '${arn}' } } });
export const url: string = status.url;
app.synth();
`;

/** `@statuswire/cdk`, packed, in a project that has aws-cdk-lib and nothing else. */
beforeAll(async () => {
  const built = join(folder, 'built');
  await buildPackage(built);
  const npm = ['--offline', '--ignore-scripts', '--loglevel=error', `--cache=${folder}/cache`];
  const packed = await runTool('npm', ['pack', built, '--json', ...npm], { cwd: folder });
  expect(packed.code, packed.output).toBe(0);
  const [{ filename }] = JSON.parse(packed.output);
  mkdirSync(installed, { recursive: true });
  await runTool('tar', ['-xzf', join(folder, filename), '-C', installed, '--strip-components=1']);
  for (const lent of ['aws-cdk-lib', 'constructs']) {
    symlinkSync(join(root, 'node_modules', lent), join(project, 'node_modules', lent));
  }
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'mine', private: true, type: 'module' }));
  writeFileSync(join(project, 'app.ts'), app);
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true }));

describe('@statuswire/cdk', () => {
  it('synthesizes an app of two lines: every Lambda with its code and the workflows beside it', async () => {
    const { code, output } = await runTool(process.execPath, ['app.ts'], { cwd: project });
    expect(code, output).toBe(0);
    const template = JSON.parse(readFileSync(join(project, 'cdk.out/Mine.template.json'), 'utf8'));
    const functions = Object.values(template.Resources as Record<string, { Type: string }>).filter(
      ({ Type }) => Type === 'AWS::Lambda::Function',
    );
    expect(functions).toHaveLength(lambdas.length);
    const assets = readdirSync(join(project, 'cdk.out')).filter((name) => /^asset\.[0-9a-f]{64}$/.test(name));
    expect(assets).toHaveLength(lambdas.length);
    for (const asset of assets) {
      expect(readFileSync(join(project, 'cdk.out', asset, 'index.mjs'), 'utf8').length).toBeGreaterThan(10_000);
      const workflows = JSON.parse(readFileSync(join(project, 'cdk.out', asset, 'workflows.json'), 'utf8'));
      expect(workflows.orders.config.machineArn).toBe(arn);
    }
  }, 60_000);

  it('type-checks in a strict project', async () => {
    const options = [
      '--strict',
      '--noEmit',
      '--module',
      'nodenext',
      '--target',
      'es2023',
      '--skipLibCheck',
      '--types',
      '',
    ];
    expect(await runTool(bin('tsc'), [...options, 'app.ts'], { cwd: project })).toEqual({ code: 0, output: '' });
  }, 60_000);

  it('has nothing of this machine in it, and depends on nothing but the CDK', () => {
    const manifest = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
    expect(manifest).not.toHaveProperty('dependencies');
    expect(Object.keys(manifest.peerDependencies)).toEqual(['aws-cdk-lib', 'constructs']);
    expect(existsSync(join(installed, 'LICENSE'))).toBe(true);
    const files = readdirSync(installed, { recursive: true, encoding: 'utf8' }).filter((file) =>
      /\.(m?js|ts|json)$/.test(file),
    );
    expect(files.length).toBeGreaterThan(30);
    for (const file of files) expect(readFileSync(join(installed, file), 'utf8').includes(root), file).toBe(false);
  });
});
