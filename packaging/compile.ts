import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './sources.ts';

/**
 * Compiles entries and all that they reach, each file to JavaScript and a declaration at its place below `outDir`, for Node
 * and for bundlers alike. Internal members (`@internal`) are in no declaration.
 *
 * @param what named in the error
 * @param entries paths from the repository's root
 * @throws Error with what the compiler says.
 */
export function compilePackage(what: string, entries: readonly string[], outDir: string, more: object = {}): void {
  const config = {
    extends: join(root, 'tsconfig.json'),
    compilerOptions: {
      ...{ noEmit: false, noEmitOnError: true, declaration: true, stripInternal: true },
      // What Node 20 and every browser of the last three years run.
      target: 'es2022',
      rewriteRelativeImportExtensions: true,
      rootDir: root,
      outDir,
      typeRoots: [join(root, 'node_modules/@types')],
      ...more,
    },
    include: [],
    files: entries.map((entry) => join(root, entry)),
  };
  const file = join(outDir, 'tsconfig.json');
  writeFileSync(file, JSON.stringify(config));
  const compiler = join(root, 'node_modules/.bin/tsc');
  const { status, stdout, error } = spawnSync(compiler, ['-p', file], { cwd: root, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${what} does not compile:\n${error?.message ?? stdout}`);
}

/** A declaration as the compiler wrote it, made to be found: the compiler leaves `.ts` in a declaration's imports. */
export const linkedDeclaration = (text: string): string =>
  text.replace(/((?:from|import\()\s*)(['"])(\.{1,2}\/[^'"]+)\.tsx?\2/g, "$1'$3.js'");
