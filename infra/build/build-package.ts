import { copyFileSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compilePackage, linkedDeclaration } from '../../packaging/compile.ts';
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
    compilePackage('the constructs', [`${entry}.ts`], emitted);
    await buildAssets(join(emitted, 'infra/assets'));
    rmSync(out, { recursive: true, force: true });
    for (const file of globSync('{infra,core,aws}/**/*.{js,d.ts,mjs,json}', { cwd: emitted })) {
      mkdirSync(dirname(join(out, file)), { recursive: true });
      if (!file.endsWith('.d.ts')) copyFileSync(join(emitted, file), join(out, file));
      else writeFileSync(join(out, file), linkedDeclaration(readFileSync(join(emitted, file), 'utf8')));
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
