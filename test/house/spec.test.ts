import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from '../support/run-tool.ts';

const read = (file: string): string => readFileSync(join(root, file), 'utf8');
const spec = read('docs/spec.md');
const number = /(?<![\w#-])([SG])(\d{1,2})(?:\s*(?:to|–|-)\s*\1(\d{1,2}))?\b/g;
const files = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\0')
  .filter((file) => /\.(ts|tsx|js|mjs|md|graphql)$/.test(file) && file !== 'docs/spec.md');

const rules = new Map(
  [...spec.matchAll(/<a id="([sg]\d+)"><\/a>\*\*([SG]\d+) ([\s\S]*?)(?=\n\n|$)/g)].map(
    ([, id = '', name = '', text = '']) => [name, { id, text }],
  ),
);
const all = [
  ...Array.from({ length: 50 }, (_, index) => `S${index + 1}`),
  ...Array.from({ length: 10 }, (_, index) => `G${index + 1}`),
];
/** Both ends of a range are cited, and what lies between. */
const citedIn = (text: string): readonly string[] =>
  [...text.matchAll(number)].flatMap(([, letter = '', from = '', to = from]) =>
    Array.from(
      { length: Math.max(1, Number(to) - Number(from) + 1) },
      (_, index) => `${letter}${Number(from) + index}`,
    ),
  );

describe('docs/spec.md', () => {
  it('has every rule once, in order, with its anchor', () => {
    const order = (names: readonly string[]) => names.toSorted((a, b) => all.indexOf(a) - all.indexOf(b));
    expect(order([...rules.keys()])).toEqual(all);
    expect(spec.match(/<a id="/g)).toHaveLength(all.length);
    for (const [name, { id }] of rules) expect(id).toBe(name.toLowerCase());
  });

  it('has every number that is cited anywhere', () => {
    const wrong = files.flatMap((file) =>
      citedIn(read(file))
        .filter((name) => !rules.has(name))
        .map((name) => `${file}: ${name}`),
    );
    expect(wrong).toEqual([]);
  });

  it('has a test that names each rule that is built', () => {
    // One by one: a range names nothing. Here the numbers are made, not named.
    const tests = files.filter((file) => file.startsWith('test/') && file !== 'test/house/spec.test.ts');
    const named = new Set(
      tests.flatMap((file) => citedIn(read(file).replace(number, (all, _l, _f, to) => (to ? '' : all)))),
    );
    const built = [...rules]
      .filter(([, { text }]) => !/^[^*]*\*\* \(\*\*not yet\*\*\)/.test(text))
      .map(([name]) => name);
    expect(built.filter((name) => !named.has(name))).toEqual([]);
    expect(built).toContain('S37');
    expect(built).not.toContain('S38');
  });
});
