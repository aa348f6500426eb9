import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { inRoot } from './sources.ts';

/** Licences that packages may have which we hand on or depend on: all let anybody use, change and sell. */
export const allowedLicences: ReadonlySet<string> = new Set([
  ...['MIT', 'ISC', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0', '0BSD', 'BlueOak-1.0.0', 'Unlicense', 'CC0-1.0'],
]);

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: unknown;
}

/** Throws for a package whose licence is not one of the allowed: somebody has to decide on it. */
export function licenceOf({ name, version, license }: Manifest): string {
  const named = typeof license === 'string' ? license : '';
  // "(MIT OR Apache-2.0)": one that is allowed is enough.
  const choices = named.replaceAll(/[()]/g, '').split(' OR ');
  const chosen = choices.find((choice) => allowedLicences.has(choice));
  if (chosen === undefined) throw new Error(`${name}@${version} has the licence "${named}", which is not allowed`);
  return chosen;
}

/**
 * The licences of what was bundled, for `THIRD-PARTY-NOTICES`: most of them ask that their text goes along.
 *
 * @param folders of packages, from the repository's root
 * @throws Error for a package without a licence that is allowed.
 */
export function thirdPartyNotices(folders: readonly string[]): string {
  const sections = folders.map((folder) => {
    const manifest: Manifest = JSON.parse(readFileSync(inRoot(folder, 'package.json'), 'utf8'));
    const title = `${manifest.name} ${manifest.version}, ${licenceOf(manifest)}`;
    return `${title}\n${'-'.repeat(title.length)}\n\n${licenceText(folder) ?? 'It comes without the text of its licence.'}\n`;
  });
  return `This package contains, bundled, code of the following packages under their own licences.\n\n${sections.join('\n')}`;
}

function licenceText(folder: string): string | null {
  if (!existsSync(inRoot(folder))) return null;
  const names = readdirSync(inRoot(folder)).filter((name) => /^(licen[cs]e|notice|copying)/i.test(name));
  return names.length === 0
    ? null
    : names.map((name) => readFileSync(inRoot(folder, name), 'utf8').trim()).join('\n\n');
}
