import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { inRoot } from './sources.ts';

/** What `changeset version` writes for the package that stands for all. */
interface Released {
  readonly version: string;
  /** Its changelog: a title, and a section per version, the newest first. */
  readonly changelog: string;
}

/**
 * The repository's changelog with the newest release in it, above all earlier ones.
 *
 * @throws Error when the package's changelog has no section of the version.
 */
export function withRelease(changelog: string, { version, changelog: made }: Released): string {
  const section = made.split(/^(?=## )/m).find((text) => text.startsWith(`## ${version}\n`));
  if (section === undefined) throw new Error(`there is no change to release in ${version}`);
  const [head = '', ...earlier] = changelog.split(/^(?=## )/m);
  return `${[head.trimEnd(), section.trimEnd(), ...earlier.map((text) => text.trimEnd())].join('\n\n')}\n`;
}

/** A manifest's text under another version, and nothing else changed. */
export const withVersion = (manifest: string, version: string): string =>
  manifest.replace(/^( {2}"version": )"[^"]*"/m, `$1"${version}"`);

/** After `changeset version`: one changelog for all packages, and their version for the service, whose folder is the root. */
export function takeOver(): void {
  const edit = (file: string, change: (text: string) => string): void =>
    writeFileSync(inRoot(file), change(readFileSync(inRoot(file), 'utf8')));
  const { version } = JSON.parse(readFileSync(inRoot('packaging/package.json'), 'utf8')) as {
    readonly version: string;
  };
  const changelog = readFileSync(inRoot('packaging/CHANGELOG.md'), 'utf8');
  edit('CHANGELOG.md', (text) => withRelease(text, { version, changelog }));
  edit('package.json', (text) => withVersion(text, version));
  for (const folder of ['packaging', 'client-sdk', 'infra']) rmSync(inRoot(folder, 'CHANGELOG.md'), { force: true });
}

if (import.meta.main) takeOver();
