import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { appsyncTokenExpression } from '../../handlers/authorize/appsync-authorizer.ts';
import { bundleResolvers } from '../../resolvers/build/bundle.ts';
import { schemaForApi } from '../../resolvers/build/schema.ts';
import { bundleLambdas } from '../bundle/bundle.ts';
import { lambdas } from '../bundle/lambdas.ts';
import type { AppsyncAssets } from '../lib/assets.ts';

const schemaFile = fileURLToPath(new URL('../../schema.graphql', import.meta.url));

/** Where the library looks for what is built. */
export const assetsFolder = fileURLToPath(new URL('../assets', import.meta.url));

/** Schema, resolvers and what the API has to know of tokens. */
export async function appsyncAssets(): Promise<AppsyncAssets> {
  const sdl = readFileSync(schemaFile, 'utf8');
  return {
    schema: schemaForApi(sdl, ['lambda', 'iam']),
    schemaWithOidc: schemaForApi(sdl, ['lambda', 'iam', 'oidc']),
    tokenExpression: appsyncTokenExpression,
    resolvers: await bundleResolvers(),
  };
}

/**
 * Builds what the constructs deploy: the code of every Lambda, and AppSync's parts. Whatever was in the folder is gone.
 *
 * @throws esbuild's BuildFailure, with what is wrong and where.
 */
export async function buildAssets(out: string): Promise<void> {
  const built = mkdtempSync(join(tmpdir(), 'statuswire-lambdas-'));
  try {
    const bundles = bundleLambdas({ outDir: built, workflows: {}, names: lambdas });
    const appsync = await appsyncAssets();
    rmSync(out, { recursive: true, force: true });
    for (const name of lambdas) {
      mkdirSync(join(out, 'lambda', name), { recursive: true });
      copyFileSync(join(bundles[name].folder, 'index.mjs'), join(out, 'lambda', name, 'index.mjs'));
    }
    writeFileSync(join(out, 'appsync.json'), JSON.stringify(appsync));
  } finally {
    rmSync(built, { recursive: true });
  }
}
