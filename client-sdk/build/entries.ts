import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** client-sdk/package.json. Its `exports` are the one table of entries: in the workspace they lead to the sources. */
export interface Manifest {
  readonly [field: string]: unknown;
  readonly exports: { readonly [entry: string]: string };
}

export const readManifest = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));

/** An entry of the package, and its source relative to client-sdk. */
export interface Entry {
  readonly entry: string;
  readonly source: string;
}

/** Throws for an entry that has no source. */
export function entriesOf(folder: string, { exports }: Manifest): readonly Entry[] {
  const entries = Object.entries(exports)
    .filter(([, source]) => /\.tsx?$/.test(source))
    .map(([entry, source]) => ({ entry, source }));
  const missing = entries.filter(({ source }) => !existsSync(join(folder, source)));
  if (missing.length > 0) {
    const lines = missing.map(({ entry, source }) => `  ${entry}: ${source}`);
    throw new Error(`package.json exports what is not there:\n${lines.join('\n')}`);
  }
  return entries;
}

/** What is built of a source: `./src/react/index.ts` → `./react/index.js` */
const built = (source: string, extension: string): string =>
  source.replace(/^\.\/src\//, './').replace(/\.tsx?$/, extension);

/** The manifest as it is published: `exports` lead to what was built, and publishing is no longer forbidden. */
export function publishedManifest(manifest: Manifest): object {
  const { private: _, scripts: __, ...kept } = manifest;
  const exports = Object.fromEntries(
    Object.entries(manifest.exports).map(([entry, source]) => [
      entry,
      /\.tsx?$/.test(source) ? { types: built(source, '.d.ts'), default: built(source, '.js') } : source,
    ]),
  );
  return { ...kept, exports };
}
