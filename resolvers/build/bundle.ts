import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const folder = fileURLToPath(new URL('..', import.meta.url));

/** Code of one resolver or function, in characters (AppSync quotas). */
export const maxCodeLength = 32_768;

/** A field with a resolver, e.g. `Query.status`. */
export interface Bundle {
  readonly field: string;
  /** `lambda`: the service's own, which answers queries. `none`: AppSync alone. */
  readonly dataSource: 'lambda' | 'none';
  /** APPSYNC_JS 1.0.0, an ES module. */
  readonly code: string;
}

/** The fields with a resolver: each is a file of its own, `<Type>.<field>.ts`. */
export const resolverFields: readonly string[] = readdirSync(folder)
  .filter((name) => /^(?:Query|Mutation|Subscription)\.\w+\.ts$/.test(name))
  .map((name) => basename(name, '.ts'))
  .sort();

/**
 * Every resolver as AppSync takes it: one file with what it shares written into it (AppSync Developer Guide, "Bundling,
 * TypeScript, and source maps"). No source map: an inline one would count towards the limit.
 *
 * @throws Error when one is longer than AppSync takes.
 */
export async function bundleResolvers(): Promise<readonly Bundle[]> {
  const { outputFiles } = await build({
    absWorkingDir: folder,
    entryPoints: resolverFields.map((field) => `${field}.ts`),
    outdir: 'dist',
    write: false,
    bundle: true,
    format: 'esm',
    target: 'esnext',
    external: ['@aws-appsync/utils'],
    logLevel: 'silent',
  });
  return outputFiles.map(({ path, text }) => {
    const field = basename(path, '.js');
    if (text.length >= maxCodeLength)
      throw new Error(`${field} has ${text.length} characters; AppSync takes fewer than ${maxCodeLength}.`);
    return { field, dataSource: field.startsWith('Query.') ? 'lambda' : 'none', code: text };
  });
}

/** Where `npm run build` puts a bundle. */
export const bundlePath = (field: string): string => join(folder, 'dist', `${field}.js`);
