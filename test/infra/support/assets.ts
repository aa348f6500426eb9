import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { appsyncAssets } from '../../../infra/build/assets.ts';
import { lambdas } from '../../../infra/bundle/lambdas.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Where tests of templates put what they make; it is gone afterwards. */
    readonly scratch: string;
    /** AppSync's parts as they are, and Lambdas that do nothing: templates only name the code. */
    readonly assets: string;
  }
}

/** Before all tests of `infra`. Returns how to clean up. */
export async function setup({ provide }: TestProject): Promise<() => void> {
  const scratch = mkdtempSync(join(tmpdir(), 'statuswire-infra-'));
  const assets = join(scratch, 'assets');
  for (const name of lambdas) {
    mkdirSync(join(assets, 'lambda', name), { recursive: true });
    writeFileSync(join(assets, 'lambda', name, 'index.mjs'), 'export const handler = () => undefined;\n');
  }
  writeFileSync(join(assets, 'appsync.json'), JSON.stringify(await appsyncAssets()));
  provide('scratch', scratch);
  provide('assets', assets);
  return () => rmSync(scratch, { recursive: true });
}
