import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { withRelease, withVersion } from '../../packaging/version.ts';
import { root } from '../support/run-tool.ts';

const read = (file: string): string => readFileSync(join(root, file), 'utf8');

describe('a release', () => {
  const made = '# @statuswire/all\n\n## 0.2.0\n\n### Minor Changes\n\n- New → newer.\n\n## 0.1.0\n\n- First.\n';

  it('goes into the one changelog, above all earlier ones', () => {
    const before = '# Changelog\n\nOf all packages.\n\n## 0.1.0\n\n- First.\n';
    expect(withRelease(before, { version: '0.2.0', changelog: made })).toBe(
      '# Changelog\n\nOf all packages.\n\n## 0.2.0\n\n### Minor Changes\n\n- New → newer.\n\n## 0.1.0\n\n- First.\n',
    );
    expect(() => withRelease(before, { version: '0.3.0', changelog: made })).toThrow('no change to release in 0.3.0');
  });

  it('gives the root its version, and changes nothing else', () => {
    const manifest = read('package.json');
    const { version, ...others } = JSON.parse(withVersion(manifest, '9.8.7'));
    expect(version).toBe('9.8.7');
    expect({ version: JSON.parse(manifest).version, ...others }).toEqual(JSON.parse(manifest));
  });

  it('has one version for all packages', () => {
    const versions = ['.', 'packaging', 'client-sdk', 'infra'].map(
      (folder) => JSON.parse(read(`${folder}/package.json`)).version,
    );
    expect(new Set(versions).size).toBe(1);
    const { fixed } = JSON.parse(read('.changeset/config.json'));
    expect(fixed).toEqual([['@statuswire/all', '@statuswire/client', '@statuswire/cdk']]);
  });

  it('is told of by changes that say what was before and what is now', () => {
    const changes = readdirSync(join(root, '.changeset')).filter(
      (file) => file.endsWith('.md') && file !== 'README.md',
    );
    for (const file of changes) {
      const [, text = ''] =
        /^---\n"@statuswire\/all": (?:major|minor|patch)\n---\n\n([\s\S]+)$/.exec(read(`.changeset/${file}`)) ?? [];
      expect(text, file).toMatch(/Before: [\s\S]+→/);
    }
  });
});

describe('the workflows', () => {
  it('run what every change must pass, with no more rights than they need', () => {
    const ci = parse(read('.github/workflows/ci.yml'));
    expect(ci.permissions).toEqual({ contents: 'read' });
    expect(ci.jobs.ci.steps.flatMap(({ run }: { run?: string }) => run ?? [])).toEqual(['.ci/run']);
    const release = parse(read('.github/workflows/release.yml'));
    expect(release.permissions).toEqual({});
    expect(release.jobs.release.permissions).toMatchObject({ 'id-token': 'write' });
    const [{ with: options }] = release.jobs.release.steps.filter(({ uses = '' }) => uses.startsWith('changesets/'));
    const { scripts } = JSON.parse(read('package.json'));
    for (const command of [options.version, options.publish])
      expect(scripts).toHaveProperty(command.replace('npm run ', ''));
    expect(read('packaging/release.ts')).toContain("'--provenance'");
  });
});
