import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { bin, type Ran, root, runTool } from './run-tool.ts';

/** A fenced block of a document. */
export interface DocCode {
  readonly language: string;
  /** The heading it stands under; '' before the first. */
  readonly heading: string;
  readonly code: string;
}

/** The fenced blocks of a document, in order. @param file relative to the root */
export function docCode(file: string): readonly DocCode[] {
  const text = readFileSync(join(root, file), 'utf8');
  let heading = '';
  return [...text.matchAll(/^#+ (?<title>.*)$|^```(?<language>\w*)\n(?<code>[\s\S]*?)^```$/gm)].flatMap(
    ({ groups = {} }) => {
      heading = groups.title ?? heading;
      return groups.code === undefined ? [] : [{ language: groups.language ?? '', heading, code: groups.code }];
    },
  );
}

/**
 * Compiles files strictly, as one would in a project with the packages of this repository. `declare` says what the files
 * leave to the application. Answers what the compiler says.
 */
export async function compileStrictly(files: { readonly [name: string]: string }, declare: string): Promise<Ran> {
  const folder = mkdtempSync(join(tmpdir(), 'statuswire-docs-'));
  try {
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
    for (const [name, code] of Object.entries(files)) writeFileSync(join(folder, name), code);
    writeFileSync(join(folder, 'application.d.ts'), declare);
    const { compilerOptions } = JSON.parse(readFileSync(join(root, 'tsconfig.json'), 'utf8'));
    // What an example does not use is a matter of the example.
    const strict = { ...compilerOptions, noUnusedLocals: false, noUnusedParameters: false };
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: strict, include: ['*'] }));
    return await runTool(bin('tsc'), ['-p', folder], { cwd: folder });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/**
 * Bundles a module as a browser's bundler would, and imports it here. @param modules what imports lead to, instead of files
 */
export async function importBundled(code: string, modules: { readonly [name: string]: string }): Promise<unknown> {
  const given: Plugin = {
    name: 'given',
    setup({ onResolve, onLoad }) {
      // Not what the packages import among themselves, whatever its name.
      onResolve({ filter: /.*/ }, ({ path, namespace, importer }) =>
        Object.hasOwn(modules, path) && (namespace === 'given' || importer === '<stdin>')
          ? { path, namespace: 'given' }
          : null,
      );
      onLoad({ filter: /.*/, namespace: 'given' }, ({ path }) => ({
        ...{ contents: modules[path] ?? '', loader: 'ts', resolveDir: root },
      }));
    },
  };
  const { outputFiles } = await build({
    ...{ stdin: { contents: code, loader: 'ts', resolveDir: root }, plugins: [given] },
    ...{ bundle: true, write: false, format: 'esm', target: 'es2023', conditions: ['browser'], logLevel: 'silent' },
  });
  return import(
    /* @vite-ignore */ `data:text/javascript;base64,${Buffer.from(outputFiles[0]?.text ?? '').toString('base64')}`
  );
}
