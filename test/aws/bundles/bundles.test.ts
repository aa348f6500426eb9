import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleLambdas, type LambdaBundle, presentLambdas } from '../../../infra/bundle/bundle.ts';
import { compile } from '../../../infra/bundle/compile.ts';
import { lambdas } from '../../../infra/bundle/lambdas.ts';
import { runBundle } from './run-bundle.ts';

const kB = 1_000;
const workflows = { orders: { config: { expose: { total: '$.total' } } } };
const outDir = mkdtempSync(join(tmpdir(), 'statuswire-bundles-'));
let bundles: Readonly<Partial<Record<string, LambdaBundle>>>;

/** Loading is measured so often at most; once below the bound is enough, because others share the machine. */
const tries = 24;
const mostMs = 200;

beforeAll(() => {
  bundles = bundleLambdas({ outDir, workflows });
}, 60_000);
afterAll(() => rmSync(outDir, { recursive: true }));

function bundle(name: string): LambdaBundle {
  const found = bundles[name];
  if (!found) throw new Error(`${name} was not bundled`);
  return found;
}

it('every Lambda is there', () => {
  expect(presentLambdas).toEqual(lambdas);
});

describe.each(lambdas)('the bundle of %s', (name) => {
  const own = { api: 610, websocket: 310 }[name as string] ?? 300;
  it(`has at most ${own} kB of ours, and 1 MB with the SDK`, () => {
    expect(bundle(name).ownBytes).toBeLessThanOrEqual(own * kB);
    expect(bundle(name).bytes).toBeLessThanOrEqual(1_000 * kB);
    expect(bundle(name).ownBytes).toBeGreaterThan(50 * kB);
  });

  it('loads within 200 ms, dials nothing, and exports its handler', { timeout: 60_000 }, async () => {
    let best = Number.POSITIVE_INFINITY;
    for (let attempt = 0; attempt < tries && best > mostMs; attempt++) {
      const { handler, loadMs } = await runBundle(bundle(name).folder);
      expect(handler).toBe('function');
      best = Math.min(best, loadMs);
    }
    expect(best).toBeLessThanOrEqual(mostMs);
  });
});

describe('bundling', () => {
  it('gives the same bytes and the same folder each time', () => {
    const entry = 'handlers/authorize/index.ts';
    expect(Buffer.compare(compile(entry).code, compile(entry).code)).toBe(0);
    const again = bundleLambdas({ outDir, workflows, names: ['authorize'] });
    expect(again.authorize).toEqual(bundle('authorize'));
  });

  it('puts workflows.json beside the code, by name, and another one into another folder', () => {
    const two = { b: { config: {} }, a: { config: {}, express: true } };
    const made = (file: typeof two) => bundleLambdas({ outDir, workflows: file, names: ['intake'] }).intake;
    const { folder } = made(two);
    expect(folder).not.toBe(bundle('intake').folder);
    expect(Object.keys(JSON.parse(readFileSync(join(folder, 'workflows.json'), 'utf8')))).toEqual(['a', 'b']);
    expect(made({ a: two.a, b: two.b }).folder).toBe(folder);
  });

  it('refuses what is no configuration, and what is known only at deployment', () => {
    const withArn = (machineArn: string) => () =>
      bundleLambdas({ outDir, workflows: { orders: { config: { machineArn } } }, names: ['intake'] });
    expect(withArn('orders')).toThrow('is no state machine ARN');
    // biome-ignore lint/suspicious/noTemplateCurlyInString: CDK writes its tokens so.
    expect(withArn('${Token[TOKEN.12]}')).toThrow('known only at deployment');
  });

  it('writes the names of no source files into the code', () => {
    const code = readFileSync(join(bundle('graphql').folder, 'index.mjs'), 'utf8');
    expect(code).not.toContain('sourceMappingURL');
    expect(code).not.toContain(process.cwd());
  });
});
