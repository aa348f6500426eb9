import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { importsOf } from './dependencies.ts';

/** Turns imports by name into imports of the package's own files: `targets` has the file for a name. */
export function pointTo(targets: Readonly<Record<string, string>>, file: string, code: string): string {
  return Object.entries(targets).reduce((text, [name, target]) => {
    const path = posix.relative(dirname(file), target);
    const own = path.startsWith('.') ? path : `./${path}`;
    return text.replaceAll(`'${name}'`, `'${own}'`).replaceAll(`"${name}"`, `'${own}'`);
  }, code);
}

/** A declaration and all that it leads to, as paths below `folder`. */
export function reachable(folder: string, declaration: string): readonly string[] {
  const found = new Set<string>();
  const open = [declaration];
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (found.has(file)) continue;
    found.add(file);
    const text = readFileSync(join(folder, file), 'utf8');
    for (const [, path = ''] of text.matchAll(/(?:from|import\()\s*['"](\.[^'"]+)\.[tj]sx?['"]/g))
      open.push(join(dirname(file), `${path}.d.ts`));
  }
  return [...found].sort();
}

/** What a module finds beside itself by its own address: a thread, a schema. */
const besideOf = (code: string): readonly string[] =>
  [...code.matchAll(/new URL\(\s*(['"`])(\.{1,2}\/.+?)\1\s*,\s*import\.meta\.url\s*\)/g)]
    .map(([, , path = '']) => path.replace(/\$\{extname\(import\.meta\.url\)\}/, '.js'))
    // Made of more than is known here.
    .filter((path) => !path.includes('${'));

/**
 * Sources of what emitted modules start by its file's name, threads and processes, which no import tells: as paths from
 * `repository`, without what is emitted already.
 */
export function startedSources(emitted: string, repository: string): readonly string[] {
  const started = globSync('**/*.js', { cwd: emitted }).flatMap((file) =>
    besideOf(readFileSync(join(emitted, file), 'utf8')).map((path) => join(dirname(file), path)),
  );
  return [...new Set(started)]
    .filter((file) => file.endsWith('.js') && !existsSync(join(emitted, file)))
    .map((file) => file.replace(/\.js$/, '.ts'))
    .filter((source) => existsSync(join(repository, source)));
}

/** @throws Error that names each file which a module imports or finds beside itself, and which is not there. */
export function checkReferences(folder: string, modules: ReadonlyMap<string, string>): void {
  const missing = [...modules].flatMap(([file, code]) =>
    [...importsOf(code).filter((path) => path.startsWith('.')), ...besideOf(code)]
      .map((path) => join(dirname(file), path))
      .filter((path) => !existsSync(join(folder, path)))
      .map((path) => `  ${file}: ${path}`),
  );
  if (missing.length > 0) throw new Error(`the package lacks what its code refers to:\n${missing.join('\n')}`);
}
