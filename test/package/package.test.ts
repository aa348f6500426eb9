import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { root } from '../support/run-tool.ts';

const installed = inject('installed')['@statuswire/client'];

const read = (file: string): string => readFileSync(join(installed.folder, file), 'utf8');
const manifest = () => JSON.parse(read('package.json'));
const entries = Object.keys(JSON.parse(readFileSync(join(root, 'client-sdk/package.json'), 'utf8')).exports).filter(
  (entry) => entry !== './package.json',
);

describe('the package', () => {
  it('has the entries of the design, each with types and JavaScript', () => {
    expect(entries).toEqual(
      expect.arrayContaining(['.', './core', './react', './react/suspense', './server', './testing']),
    );
    for (const entry of entries) {
      const { types, default: code } = manifest().exports[entry];
      for (const file of [types, code]) expect(installed.files).toContain(file.replace('./', ''));
    }
  });

  it('is ESM without side effects or dependencies; React is an optional peer', () => {
    expect(manifest()).toMatchObject({
      ...{ name: '@statuswire/client', license: 'MIT', type: 'module', sideEffects: false, engines: { node: '>=20' } },
      ...{ peerDependencies: { react: '>=18' }, peerDependenciesMeta: { react: { optional: true } } },
    });
    for (const field of ['dependencies', 'scripts', 'private', 'devDependencies']) {
      expect(manifest()).not.toHaveProperty(field);
    }
  });

  it('holds what was built, its documents, and nothing else', () => {
    expect(installed.files).toEqual(expect.arrayContaining(['README.md', 'LICENSE', 'SPEC.md', 'package.json']));
    const others = installed.files.filter((file) => !/\.(js|js\.map|d\.ts)$/.test(file));
    expect(others.sort()).toEqual(['LICENSE', 'README.md', 'SPEC.md', 'package.json']);
  });

  it('refers to nothing outside itself but React and, from the server entry, Node', () => {
    const code = installed.files.filter((file) => /\.(js|d\.ts)$/.test(file));
    for (const file of code) {
      const text = read(file).replaceAll(/^\s*(\/?\*|\/\/).*$/gm, '');
      for (const [, target = ''] of text.matchAll(/(?:\bfrom|\bimport\(?)\s*['"]([^'"\n]+)['"]/g)) {
        if (target.startsWith('.')) {
          const path = join(dirname(file), target);
          expect(target, file).toMatch(/\.js$/);
          expect(installed.files, `${file} → ${target}`).toContain(
            file.endsWith('.js') ? path : path.replace(/\.js$/, '.d.ts'),
          );
        } else {
          expect(target, file).toMatch(file.startsWith('server/') ? /^node:/ : /^react(\/|$)/);
        }
      }
    }
  });

  it('source maps hold their sources, under names of the package', () => {
    for (const file of installed.files.filter((name) => name.endsWith('.map'))) {
      const { sources, sourcesContent } = JSON.parse(read(file));
      expect(sources, file).toEqual([expect.stringMatching(/^(\.\.\/)*src\/[\w/.-]+\.tsx?$/)]);
      expect(sourcesContent, file).toEqual([expect.stringMatching(/\S/)]);
    }
  });

  it('links in its README stay inside the package or are whole', () => {
    for (const [, target = ''] of read('README.md').matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)) {
      if (!/^https:/.test(target)) expect(installed.files, target).toContain(target.replace(/^\.\//, ''));
    }
  });
});
