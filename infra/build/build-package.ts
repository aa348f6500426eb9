import { spawnSync } from 'node:child_process';
import { copyFileSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildAssets } from './assets.ts';

const infra = fileURLToPath(new URL('..', import.meta.url));
const root = join(infra, '..');
const entry = 'infra/lib/index';

/**
 * Builds @statuswire/cdk into a folder that `npm pack` and `npm publish` take as it is: the constructs as JavaScript with
 * their declarations, in the folders they have here, and what they deploy, built. It needs nothing of the repository.
 *
 * Throws for every error of the compiler and of esbuild; the folder is untouched then.
 */
export async function buildPackage(out: string): Promise<void> {
  const emitted = mkdtempSync(join(tmpdir(), 'statuswire-cdk-'));
  try {
    compile(emitted);
    await buildAssets(join(emitted, 'infra/assets'));
    rmSync(out, { recursive: true, force: true });
    for (const file of globSync('{infra,core,aws}/**/*.{js,d.ts,mjs,json}', { cwd: emitted })) {
      mkdirSync(dirname(join(out, file)), { recursive: true });
      if (!file.endsWith('.d.ts')) copyFileSync(join(emitted, file), join(out, file));
      // The compiler leaves `.ts` in a declaration's imports.
      else
        writeFileSync(
          join(out, file),
          readFileSync(join(emitted, file), 'utf8').replace(/(['"]\.[^'"]+)\.ts(['"])/g, '$1.js$2'),
        );
    }
    const {
      private: _,
      scripts: __,
      devDependencies: ___,
      ...kept
    } = JSON.parse(readFileSync(join(infra, 'package.json'), 'utf8'));
    const exports = { '.': { types: `./${entry}.d.ts`, default: `./${entry}.js` }, './package.json': './package.json' };
    writeFileSync(join(out, 'package.json'), `${JSON.stringify({ ...kept, exports }, null, 2)}\n`);
    copyFileSync(join(infra, 'README.md'), join(out, 'README.md'));
    copyFileSync(join(root, 'LICENSE'), join(out, 'LICENSE'));
  } finally {
    rmSync(emitted, { recursive: true });
  }
}

function compile(outDir: string): void {
  const config = {
    extends: join(root, 'tsconfig.json'),
    compilerOptions: {
      ...{ noEmit: false, noEmitOnError: true, target: 'es2022', declaration: true, stripInternal: true },
      ...{
        rewriteRelativeImportExtensions: true,
        rootDir: root,
        outDir,
        typeRoots: [join(root, 'node_modules/@types')],
      },
    },
    include: [],
    files: [join(root, `${entry}.ts`)],
  };
  const file = join(outDir, 'tsconfig.json');
  writeFileSync(file, JSON.stringify(config));
  const { status, stdout, error } = spawnSync(join(root, 'node_modules/.bin/tsc'), ['-p', file], {
    cwd: root,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`the constructs do not compile:\n${error?.message ?? stdout}`);
}
