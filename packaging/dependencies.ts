import { isBuiltin } from 'node:module';

/** A static or dynamic import, or a re-export, in what the compiler wrote. */
const importOf =
  /(?:^|\n)\s*(?:import|export)\b[^'"`;]*?\bfrom\s*['"]([^'"\n]+)['"]|(?:^|\n)\s*import\s*['"]([^'"\n]+)['"]|\bimport\(\s*['"]([^'"\n]+)['"]\s*\)/g;

/** What a module imports, as it is written there. */
export const importsOf = (code: string): readonly string[] =>
  [...code.matchAll(importOf)].map(([, from, bare, dynamic]) => from ?? bare ?? dynamic ?? '');

/** `@hono/zod-openapi/x` → `@hono/zod-openapi`; null for a path and for Node's own modules. */
export function packageOf(specifier: string): string | null {
  if (specifier.startsWith('.') || isBuiltin(specifier)) return null;
  return /^(?:@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? null;
}

/**
 * The `dependencies` of a package, by what its code imports: from the version that is tested here up to the next major.
 *
 * @throws Error for a package that the repository has no version of.
 */
export function dependenciesOf(
  modules: Iterable<string>,
  versions: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const names = new Set([...modules].flatMap(importsOf).flatMap((specifier) => packageOf(specifier) ?? []));
  return Object.fromEntries(
    [...names].sort().map((name) => {
      const version = versions[name];
      if (version === undefined) throw new Error(`the code imports ${name}, which is no dependency in package.json`);
      return [name, `^${version}`];
    }),
  );
}
