import {
  copyFileSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compilePackage } from '../../packaging/compile.ts';
import { declaration, sourceMap } from './emitted.ts';
import { entriesOf, publishedManifest, readManifest } from './entries.ts';
import { shorten } from './shorten.ts';

const sdk = fileURLToPath(new URL('..', import.meta.url));
const root = join(sdk, '..');

/** Beside what is built: file in the package → where it is. */
const documents = {
  'README.md': join(sdk, 'README.md'),
  'SPEC.md': join(sdk, 'SPEC.md'),
  LICENSE: join(root, 'LICENSE'),
};

/**
 * Builds @statuswire/client into a folder that `npm pack` and `npm publish` take as it is: one JavaScript, declaration and
 * source map file per source that an entry reaches. What was in the folder is gone.
 *
 * Throws for an entry or a document that is missing and for every error of the compiler; the folder is untouched then.
 */
export function buildPackage(out: string): void {
  const manifest = readManifest(sdk);
  const entries = entriesOf(sdk, manifest);
  const absent = Object.values(documents).filter((file) => !existsSync(file));
  if (absent.length > 0) throw new Error(`missing: ${absent.join(', ')}`);
  const emitted = mkdtempSync(join(tmpdir(), 'statuswire-client-'));
  try {
    const files = entries.map(({ source }) => join('client-sdk', source));
    compilePackage('the client', files, emitted, { sourceMap: true, inlineSources: true });
    rmSync(out, { recursive: true, force: true });
    const write = (file: string, text: string): void => {
      mkdirSync(dirname(join(out, file)), { recursive: true });
      writeFileSync(join(out, file), text);
    };
    const from = join(emitted, 'client-sdk/src');
    const read = (file: string): string => readFileSync(join(from, file), 'utf8');
    const depthOf = (file: string): number => file.split('/').length - 1;
    for (const file of globSync('**/*.d.ts', { cwd: from })) write(file, declaration(read(file), depthOf(file)));
    for (const file of globSync('**/*.js', { cwd: from })) {
      const { code, map } = shorten(read(file), read(`${file}.map`), file);
      const source = JSON.parse(map).sources[0].split('client-sdk/src/')[1];
      write(file, code);
      write(`${file}.map`, sourceMap(map, `${'../'.repeat(depthOf(file))}src/${source}`));
    }
    write('contract.d.ts', readFileSync(join(emitted, 'core/contract.d.ts'), 'utf8'));
    write('package.json', `${JSON.stringify(publishedManifest(manifest), null, 2)}\n`);
    for (const [name, file] of Object.entries(documents)) copyFileSync(file, join(out, name));
  } finally {
    rmSync(emitted, { recursive: true });
  }
}
