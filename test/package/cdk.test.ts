import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { lambdas } from '../../infra/bundle/lambdas.ts';
import { bin, runTool } from '../support/run-tool.ts';

const { project, folder: installed } = inject('installed')['@statuswire/cdk'];
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

beforeAll(() => writeFileSync(join(project, 'app.ts'), app));

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

  it('depends on nothing but the CDK', () => {
    const manifest = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
    expect(manifest).not.toHaveProperty('dependencies');
    expect(Object.keys(manifest.peerDependencies)).toEqual(['aws-cdk-lib', 'constructs']);
  });
});
