import { cpSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { compilePackage, linkedDeclaration } from './compile.ts';
import { dependenciesOf } from './dependencies.ts';
import { copyExamples } from './examples.ts';
import { thirdPartyNotices } from './notices.ts';
import { checkReferences, pointTo, reachable, startedSources } from './references.ts';
import { inRoot, root, sources } from './sources.ts';
import { vendor } from './vendor.ts';

const built = (source: string, extension: string): string => source.replace(/\.tsx?$/, extension);

/**
 * Builds `statuswire`, the service and its command line, into a folder that `npm pack` and `npm publish` take as it is: every
 * module that the command line reaches as JavaScript, at the place it has here, so that whatever lies relative to a module is
 * found, too. What was in the folder is gone.
 *
 * Throws for every error of the compiler and of esbuild, for what the code refers to and the package lacks, and for a bundled
 * package without an allowed licence; the folder is untouched then.
 */
export async function buildServer(out: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'statuswire-server-'));
  const emitted = join(folder, 'emitted');
  const made = join(folder, 'made');
  mkdirSync(emitted);
  try {
    const found = (pattern: string): readonly string[] => globSync(pattern, { cwd: root });
    const ambient = found(sources.ambient);
    let entries = [sources.commandLine, sources.types, ...found(`${sources.examples}/*/tasks.ts`)];
    // Node 22 runs es2024. What is started by what was compiled is compiled next.
    for (; entries.length > 0; entries = [...startedSources(emitted, root)])
      compilePackage('the service', [...entries, ...ambient], emitted, { target: 'es2024' });
    const write = (file: string, text: string): void => {
      mkdirSync(dirname(join(made, file)), { recursive: true });
      writeFileSync(join(made, file), text);
    };
    const vendored = await vendor();
    /** What imports by name lead to inside the package. */
    const inside = { ...vendored.files, '@statuswire/client': built(sources.client, '.js') };
    const modules = new Map<string, string>();
    for (const file of globSync('**/*.js', { cwd: emitted }))
      modules.set(file, pointTo(inside, file, readFileSync(join(emitted, file), 'utf8')));
    for (const file of found(`${sources.bin}/*.js`))
      modules.set(file, readFileSync(inRoot(file), 'utf8').replace(/(import\('\.[^']+)\.ts'\)/g, "$1.js')"));
    for (const [file, text] of [...modules, ...vendored.modules]) write(file, text);
    for (const file of reachable(emitted, built(sources.types, '.d.ts')))
      write(file, linkedDeclaration(readFileSync(join(emitted, file), 'utf8')));
    await copyExamples(made);
    write(sources.schema, readFileSync(inRoot(sources.schema), 'utf8'));
    write('README.md', readFileSync(inRoot(sources.readme), 'utf8'));
    for (const file of ['LICENSE', 'CHANGELOG.md']) write(file, readFileSync(inRoot(file), 'utf8'));
    write('THIRD-PARTY-NOTICES', thirdPartyNotices(vendored.packages));
    write('package.json', `${JSON.stringify(publishedManifest(modules), null, 2)}\n`);
    checkReferences(made, modules);
    rmSync(out, { recursive: true, force: true });
    cpSync(made, out, { recursive: true });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What of the repository's manifest is published, with the dependencies that the modules import. */
function publishedManifest(modules: ReadonlyMap<string, string>): object {
  const root = JSON.parse(readFileSync(inRoot('package.json'), 'utf8'));
  const { name, version, description, keywords, license, type, bin } = root;
  return {
    ...{ name, version, description, keywords, license, type, bin },
    // Earlier ones strip no types, which tasks.ts needs (nodejs.org, "Changelog 22": 22.18.0).
    engines: { node: '>=22.18' },
    exports: {
      '.': { types: `./${built(sources.types, '.d.ts')}`, default: `./${built(sources.types, '.js')}` },
      './package.json': './package.json',
    },
    dependencies: dependenciesOf(modules.values(), root.dependencies),
  };
}
